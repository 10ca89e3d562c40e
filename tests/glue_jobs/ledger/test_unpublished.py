"""Entries of unpublished gold partitions: one per mart, which includes those of earlier entries."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from glue_jobs.ledger.unpublished import record_unpublished
from glue_jobs.runtime.args import JobArguments
from lake import naming
from tests.fakes import FolderStore, KillableStore, KilledBeforeStore, KilledError
from tests.pipeline import Pipeline
from tests.serving.publish.conftest import DOMAIN

ARGS = JobArguments(
    job_name="job", domain="shop", env="dev", execution="x1", raw_bucket="raw", processed_bucket="processed",
    curated_bucket="curated", ledger_bucket="ledger", serving=True,
)  # fmt: skip


def entries(store: FolderStore, domain: str = "shop") -> dict[str, object]:
    """Return key → content of every entry."""
    keys = [item.key for item in store.list("processed", naming.unpublished_root(domain))]
    return {key: json.loads(store.read("processed", key)) for key in keys}


def test_touched_partitions_of_served_marts_are_noted(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    for _ in range(2):
        record_unpublished(store, ARGS, DOMAIN, {"daily": ["year=2025/month=8"], "events": ["year=2025"]})
    assert entries(store) == {
        "_serving/shop/daily/x1.json": {"mart": "daily", "partitions": ["year=2025/month=8"]}
    }


def test_new_note_includes_the_partitions_of_earlier_ones(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    record_unpublished(store, ARGS, DOMAIN, {"daily": ["year=2025/month=7", "year=2025/month=8"]})
    record_unpublished(store, replace(ARGS, execution="x2"), DOMAIN, {"daily": ["year=2025/month=9"]})
    assert entries(store) == {
        "_serving/shop/daily/x2.json": {
            "mart": "daily",
            "partitions": ["year=2025/month=7", "year=2025/month=8", "year=2025/month=9"],
        }
    }


def test_note_of_an_untouched_mart_is_kept(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    record_unpublished(store, ARGS, DOMAIN, {"daily": ["year=2025/month=7"]})
    record_unpublished(store, replace(ARGS, execution="x2"), DOMAIN, {"daily": []})
    assert list(entries(store)) == ["_serving/shop/daily/x1.json"]


@pytest.mark.parametrize("killed_at", [0, 1])
def test_job_killed_while_writing_notes_loses_no_partition(tmp_path: Path, killed_at: int) -> None:
    record_unpublished(FolderStore(tmp_path), ARGS, DOMAIN, {"daily": ["year=2025/month=7"]})
    with pytest.raises(KilledError):
        record_unpublished(
            KillableStore(tmp_path, killed_at),
            replace(ARGS, execution="x2"),
            DOMAIN,
            {"daily": ["year=2025/month=8"]},
        )
    record_unpublished(
        FolderStore(tmp_path), replace(ARGS, execution="x3"), DOMAIN, {"daily": ["year=2025/month=8"]}
    )
    ((key, entry),) = entries(FolderStore(tmp_path)).items()
    assert key == "_serving/shop/daily/x3.json"
    assert entry == {"mart": "daily", "partitions": ["year=2025/month=7", "year=2025/month=8"]}


def test_notes_are_written_before_gold_changes(january: Pipeline) -> None:
    january.drop({"makers.csv": "maker_id,name,country\n1,Ann,XX\n"})
    january.ingest()
    with pytest.raises(KilledError):
        january.curate(store=KilledBeforeStore(january.root, "copy toy/"), serving=True)
    (entry,) = entries(january.store, "toy").values()
    assert entry == {"mart": "revenue_by_month", "partitions": ["year=2024"]}


def test_without_serving_there_are_no_notes(january: Pipeline) -> None:
    january.drop({"makers.csv": "maker_id,name,country\n1,Ann,XX\n"})
    january.run()
    assert entries(january.store, "toy") == {}
