"""Rows of withdrawn files leave silver and gold, the account says so, and they come back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import SparkSession

from glue_jobs.ledger.withdrawals import Decision, write_decision
from lake import naming
from tests.pipeline import Pipeline
from tests.toy.drops import HEAD

WRONG = HEAD["sales"] + "1,1,2024-01-09,99.00,shop\n77,1,2024-03-05,5.00,shop\n"


def decide(pipeline: Pipeline, name: str, *, withdrawn: bool, minute: int) -> None:
    """Withdraw the file of this name, or take that back."""
    [key] = {f.key for b in pipeline.view().batches for f in b.files if f.key.endswith(f"/{name}")}
    at = datetime(2026, 2, 1, 0, minute, tzinfo=UTC)
    decision = Decision.of(key, withdrawn=withdrawn, why="of another shop", by="steward", at=at)
    write_decision(pipeline.store, "ledger", pipeline.domain.name, decision)


def detail(pipeline: Pipeline, summary: dict[str, Any]) -> dict[str, Any]:
    """Return the detail of a run of the second job."""
    key = naming.run_detail_key(pipeline.domain.name, summary["execution"], "processed_to_curated")
    found: dict[str, Any] = json.loads(pipeline.store.read("processed", key))
    return found


def test_withdrawn_file_leaves_everything_that_is_published_and_comes_back(
    january: Pipeline, spark: SparkSession
) -> None:
    before = january.published()
    january.drop({"sales_wrong.csv": WRONG})
    january.run()
    after = january.published()
    assert after != before

    decide(january, "sales_wrong.csv", withdrawn=True, minute=1)
    assert january.ingest()["proceed"] is True
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


def test_bytes_of_a_withdrawn_file_may_be_ingested_again(january: Pipeline) -> None:
    january.drop({"sales_wrong.csv": WRONG})
    january.ingest()
    decide(january, "sales_wrong.csv", withdrawn=True, minute=1)
    january.drop({"right/sales_wrong.csv": WRONG})
    january.ingest()
    assert [file.status for file in january.view().batches[-1].files] == ["ingested"]
