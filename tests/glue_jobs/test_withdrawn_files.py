"""Rows of withdrawn files leave silver and gold, the account says so, and they come back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pyspark.sql import SparkSession

from glue_jobs.curation import compactor
from glue_jobs.ingest.withdrawn_rows import follow_withdrawals
from glue_jobs.ledger.withdrawals import Decision, write_decision
from lake import naming
from tests.fakes import KilledBeforeStore, KilledError
from tests.meters.arrivals import Meters
from tests.pipeline import Pipeline, Rows
from tests.toy.drops import HEAD

WRONG = HEAD["sales"] + "1,1,2024-01-09,99.00,shop\n77,1,2024-03-05,5.00,shop\n"
RIGHT = "78,1,2024-01-05,5.00,shop\n"
"""In one month, and so in one file of bronze, with a row of the wrong file."""


def decide(pipeline: Pipeline, name: str, *, withdrawn: bool, minute: int) -> None:
    """Withdraw the file of this name, or take that back."""
    [key] = {f.key for b in pipeline.view().batches for f in b.files if f.key.endswith(f"/{name}")}
    at = datetime(2026, 2, 1, 0, minute, tzinfo=UTC)
    decision = Decision.of(key, withdrawn=withdrawn, why="of another shop", by="steward", at=at)
    write_decision(pipeline.store, "ledger", pipeline.domain.name, decision)


def bronze(pipeline: Pipeline) -> Rows:
    """Return the file and the sale of each row that queries of bronze find."""
    return pipeline.rows("bronze", "sales", "source_file", "sale_id")


def detail(pipeline: Pipeline, summary: dict[str, Any]) -> dict[str, Any]:
    """Return the detail of a run of the second job."""
    key = naming.run_detail_key(pipeline.domain.name, summary["execution"], "processed_to_curated")
    found: dict[str, Any] = json.loads(pipeline.store.read("processed", key))
    return found


def test_withdrawn_file_leaves_everything_that_is_published_and_comes_back(
    january: Pipeline, spark: SparkSession
) -> None:
    before, kept = january.published(), bronze(january)
    january.drop({"sales_wrong.csv": WRONG})
    january.run()
    after, whole = january.published(), bronze(january)
    assert after != before
    assert whole != kept

    decide(january, "sales_wrong.csv", withdrawn=True, minute=1)
    assert january.ingest()["proceed"] is True
    assert bronze(january) == kept
    assert january.reconcile() == []
    january.curate()
    assert january.published() == before == january.refreshed()
    execution = january.args().execution
    found = detail(january, {"execution": execution})
    [account] = found["withdrawn"]
    assert (account["table"], account["rows"], account["why"]) == ("sales", 2, "of another shop")
    assert "Withdrawn: 1 files with 2 rows of bronze." in found["message"]
    assert january.ingest()["proceed"] is False

    decide(january, "sales_wrong.csv", withdrawn=False, minute=2)
    january.run()
    assert january.published() == after
    assert bronze(january) == whole
    assert january.reconcile() == []
    assert list(january.store.list("processed", "withdrawn/")) == []


def decided(pipeline: Pipeline, what: str, proceed: Callable[[], object]) -> dict[str, Rows]:
    """Withdraw a file, or take that back, and return what bronze is to hold after each of both.

    The drop has two sales files, so that a file of bronze is removed and another one is replaced. `proceed`
    runs the pipeline, or a part of it, before the decision.
    """
    pipeline.drop({"sales_wrong.csv": WRONG, "sales_right.csv": HEAD["sales"] + RIGHT})
    proceed()
    whole = bronze(pipeline)
    states = {"taken back": whole, "withdrawn": [row for row in whole if "sales_wrong" not in row[0]]}
    decide(pipeline, "sales_wrong.csv", withdrawn=True, minute=1)
    if what == "taken back":
        proceed()
        assert bronze(pipeline) == states["withdrawn"]
        decide(pipeline, "sales_wrong.csv", withdrawn=False, minute=2)
    return states


PLACES = {
    "withdrawn": ["copy withdrawn/", "write .*set-aside", "delete bronze/.*sales", "copy bronze/.*sales"],
    "taken back": ["copy bronze/.*sales", "write .*set-aside", "delete withdrawn/"],
}


@pytest.mark.parametrize(
    ("what", "place"), [(what, place) for what, all_ in PLACES.items() for place in all_]
)
def test_run_that_dies_while_bronze_changes_is_repeated(january: Pipeline, what: str, place: str) -> None:
    states = decided(january, what, january.ingest)
    with pytest.raises(KilledError):
        january.ingest(store=KilledBeforeStore(january.root, place))
    for _ in range(2):
        january.ingest()
        assert bronze(january) == states[what]
        assert january.reconcile() == []


KILLS = {
    "withdrawn": [("write .*set-aside", 0), ("copy bronze/.*sales", 0), ("write .*set-aside", 1)],
    "taken back": [
        ("copy bronze/.*sales", 0), ("copy bronze/.*sales", 1), ("write .*set-aside", 1),
        ("delete withdrawn/", 0),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("what", "place", "passing"), [(what, *kill) for what, kills in KILLS.items() for kill in kills]
)
def test_run_that_died_is_followed_by_the_opposite_decision(
    january: Pipeline, what: str, place: str, passing: int
) -> None:
    """What the dead run has changed in bronze is changed back, although its decision holds no more."""
    states = decided(january, what, january.run)
    with pytest.raises(KilledError):
        january.ingest(store=KilledBeforeStore(january.root, place, passing=passing))
    decide(january, "sales_wrong.csv", withdrawn=what == "taken back", minute=3)
    january.run()
    [opposite] = states.keys() - {what}
    assert bronze(january) == states[opposite]
    assert january.reconcile() == []
    assert january.published() == january.refreshed()


def test_decision_between_the_two_jobs_waits_for_the_next_run(january: Pipeline) -> None:
    """Otherwise the second job would read bronze as it was, and mark the decision as followed."""
    january.drop({"sales_wrong.csv": WRONG})
    january.run()
    after = january.published()
    decide(january, "sales_wrong.csv", withdrawn=True, minute=1)
    january.ingest()
    decide(january, "sales_wrong.csv", withdrawn=False, minute=2)
    january.curate()
    assert january.published() != after
    assert january.ingest()["proceed"] is True
    january.curate()
    assert january.published() == after


def test_rows_leave_and_enter_merged_files_of_a_stream(
    meters: Meters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compactor, "MIN_FILES", 2)
    for day in ("2025-05-01", "2025-05-02", "2025-06-03"):
        meters.read((f"r-{day}", day, "m1", 5))
    meters.run()
    whole = meters.rows("bronze", "readings", "reading_id", "substr(batch, 1, 2)")
    assert whole == [("r-2025-05-01", "c-"), ("r-2025-05-02", "c-"), ("r-2025-06-03", "s-")]
    decide(meters, "1.jsonl", withdrawn=True, minute=1)
    meters.run()
    assert meters.rows("bronze", "readings", "reading_id", "substr(batch, 1, 2)") == whole[1:]
    meters.read(("r-2025-05-04", "2025-05-04", "m1", 5))
    meters.read(("r-2025-05-05", "2025-05-05", "m1", 5))
    meters.run()
    decide(meters, "1.jsonl", withdrawn=False, minute=2)
    meters.run()
    assert [name for (name,) in meters.rows("bronze", "readings", "reading_id")] == [
        *(f"r-2025-05-0{day}" for day in (1, 2, 4, 5)), "r-2025-06-03",
    ]  # fmt: skip
    assert list(meters.store.list("processed", "withdrawn/")) == []


def test_merged_file_of_a_batch_that_is_read_again_stays_without_withdrawn_rows(
    meters: Meters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compactor, "MIN_FILES", 2)
    for day in ("2025-05-01", "2025-05-02", "2025-06-03"):
        meters.read((f"r-{day}", day, "m1", 5))
    meters.run()
    decide(meters, "1.jsonl", withdrawn=True, minute=1)
    meters.run()
    left = meters.rows("bronze", "readings", "reading_id")
    assert left == [("r-2025-05-02",), ("r-2025-06-03",)]
    old = min(meters.view().batches, key=lambda batch: batch.batch_id)
    new = replace(old, batch_id=f"{old.batch_id}-again", replaces=(old.batch_id,))
    view = meters.view()
    view = replace(view, batches=(*view.batches, new), curated=view.curated | {new.batch_id})
    assert view.retired == {old.batch_id}

    follow_withdrawals(meters.spark, meters.store, meters.catalog, meters.args(), meters.domain, view)
    assert meters.rows("bronze", "readings", "reading_id") == left


def test_bytes_of_a_withdrawn_file_may_be_ingested_again(january: Pipeline) -> None:
    january.drop({"sales_wrong.csv": WRONG})
    january.ingest()
    decide(january, "sales_wrong.csv", withdrawn=True, minute=1)
    january.drop({"right/sales_wrong.csv": WRONG})
    january.ingest()
    assert [file.status for file in january.view().batches[-1].files] == ["ingested"]
