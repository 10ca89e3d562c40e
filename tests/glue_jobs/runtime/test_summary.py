"""Run summaries are complete, small enough for the state machine, and written last."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.summary import SUMMARY_LIMIT, predicted_cost, write_summary
from tests.fakes import KillableStore, KilledError

ARGS = JobArguments(
    job_name="job", domain="toy", env="dev", execution="x1", raw_bucket="raw", processed_bucket="processed",
    curated_bucket="curated", ledger_bucket="ledger",
)  # fmt: skip


def read_summary(store: KillableStore) -> dict[str, Any]:
    """Return the summary that the state machine would read."""
    summary: dict[str, Any] = json.loads(store.read("processed", "_runs/toy/x1/a_job.json"))
    return summary


@pytest.fixture
def store(tmp_path: Path) -> KillableStore:
    return KillableStore(tmp_path)


def test_summary_is_read_as_written_and_names_its_detail(store: KillableStore) -> None:
    write_summary(store, ARGS, "a_job", {"status": "COMMITTED", "files": 2}, {"seconds": 1.5})
    summary = read_summary(store)
    assert summary == {
        "job": "a_job", "domain": "toy", "execution": "x1", "status": "COMMITTED", "files": 2,
        "detail": "_runs/toy/x1/a_job-detail.json",
    }  # fmt: skip
    detail = json.loads(store.read("processed", summary["detail"]))
    assert (detail["status"], detail["seconds"]) == ("COMMITTED", 1.5)


def test_run_is_predicted_to_cost_a_minute_at_least() -> None:
    assert predicted_cost(ARGS, 12.3456) == {"seconds": 12.346, "predicted_usd": "0.010267"}
    streaming = replace(ARGS, dpus=Decimal("0.5"))
    assert predicted_cost(streaming, 3600.0) == {"seconds": 3600.0, "predicted_usd": "0.154000"}


def test_long_summary_is_shortened_but_its_detail_is_not(store: KillableStore) -> None:
    long = {"status": "COMMITTED", "proceed": True, "tables": {}, "rejected_files": ["x" * 100] * 1000}
    write_summary(store, ARGS, "a_job", long, {})
    summary = read_summary(store)
    assert (summary["proceed"], summary["shortened"]) == (True, True)
    assert "rejected_files" not in summary
    assert len(json.loads(store.read("processed", summary["detail"]))["rejected_files"]) == 1000
    assert len(store.read("processed", "_runs/toy/x1/a_job.json")) <= SUMMARY_LIMIT


def test_killed_run_has_no_summary(tmp_path: Path) -> None:
    killed = KillableStore(tmp_path, killed_at=1)
    with pytest.raises(KilledError):
        write_summary(killed, ARGS, "a_job", {"status": "COMMITTED"}, {})
    with pytest.raises(FileNotFoundError):
        read_summary(killed)
