"""A batch with too many quarantined rows is rejected, and published only after it is released."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from glue_jobs.ledger.ledger import Ledger
from glue_jobs.quality.gate import MINIMUM_ROWS, evaluate
from lake.errors import CaudalError
from lake.model.discovery import load_domain
from lake.model.spec import Table
from tests.pipeline import Pipeline
from tests.toy.drops import HEAD

Sales = Callable[..., str]
ORDERS = load_domain("ecommerce").table("orders")


def counts(**quarantined: int) -> dict[str, dict[str, int]]:
    return {
        name: {"rows_checked": 100, "rows_flagged": 7, "rows_quarantined": rows}
        for name, rows in quarantined.items()
    }


@pytest.mark.parametrize(
    ("read", "quarantined", "is_rejected"),
    [
        (100, 0, False),
        (100, 20, False),
        (100, 21, True),
        (100, 100, True),
        (MINIMUM_ROWS, 5, True),
        (MINIMUM_ROWS, 4, False),
        (MINIMUM_ROWS - 1, MINIMUM_ROWS - 1, False),
        (0, 0, False),
    ],
)
def test_table_with_more_than_a_fifth_of_its_rows_quarantined_is_over_the_limit(
    read: int, quarantined: int, is_rejected: bool
) -> None:
    assert (evaluate(ORDERS, read, quarantined, {}) is not None) == is_rejected


@pytest.mark.parametrize(("limit", "is_rejected"), [(0.0, True), (0.05, False), (0.04, True), (1.0, False)])
def test_table_declares_its_limit(limit: float, is_rejected: bool) -> None:
    strict: Table = replace(ORDERS, reject_above=limit)
    assert (evaluate(strict, 100, 5, {}) is not None) == is_rejected


def test_overrun_names_share_limit_and_the_most_frequent_checks_first() -> None:
    verdict = evaluate(ORDERS, 400, 150, counts(a=1, b=140, c=0, d=9))
    assert str(verdict) == (
        "orders: 150 of 400 rows (37.50%) are quarantined, the limit is 20.00% (b 140, d 9, a 1)"
    )


@pytest.fixture(scope="module")
def with_rejected_batch(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, toy: str
) -> tuple[Pipeline, dict[str, Any]]:
    """Return a pipeline with a good batch, not published yet, and a rejected batch, with its run's summary.

    The rejected batch has 25 sales, 6 of them bad, and a good maker.
    """
    sales = HEAD["sales"] + "".join(f"{n},1,2024-01-05,10.00,shop\n" for n in range(100, 119))
    sales += "".join(f"{n},1,2024-01-05,-1,shop\n" for n in range(119, 124)) + "x,1,soon,1,shop\n"
    pipeline = Pipeline(spark, tmp_path_factory.mktemp("rejected") / "buckets", toy)
    pipeline.drop({"sales_january.csv": HEAD["sales"] + "1,1,2024-01-05,5.00,shop\n"})
    pipeline.ingest()
    pipeline.drop({"sales_bad.csv": sales, "makers.csv": HEAD["makers"] + "1,Ann,SE\n", "hello.csv": "a,b\n"})
    return pipeline, pipeline.ingest()


def test_message_says_why_the_batch_is_rejected_and_how_to_release_it(
    with_rejected_batch: tuple[Pipeline, dict[str, Any]],
) -> None:
    pipeline, summary = with_rejected_batch
    batch = summary["batch_id"]
    assert summary["status"] == "REJECTED"
    assert summary["message"] == (
        f"Batch {batch} is rejected. sales: 6 of 25 rows (24.00%) are quarantined, the limit is 20.00% "
        "(amount.range 5, sale_id.type 1, sold_on.type 1). None of its rows are published: upload corrected "
        f"files, or release the batch with `caudal release {batch} --domain toy`."
    )
    assert [each.status for each in pipeline.view().batches] == ["committed", "rejected"]


def test_rejected_batch_is_published_after_its_release_and_does_not_hold_up_others(
    with_rejected_batch: tuple[Pipeline, dict[str, Any]], tmp_path: Path
) -> None:
    pipeline = with_rejected_batch[0].copy(tmp_path / "buckets")
    again = pipeline.ingest()
    assert (again["status"], again["proceed"]) == ("NOTHING_NEW", True)
    assert len(pipeline.curate()["batches"]) == 1
    assert pipeline.rows("silver", "sales", "sale_id") == [("1",)]
    assert pipeline.rows("silver", "makers") == []
    assert pipeline.ingest()["proceed"] is False
    assert pipeline.curate()["status"] == "NOTHING_TO_DO"
    release(pipeline, with_rejected_batch[1]["batch_id"])
    assert pipeline.ingest()["proceed"] is True
    assert pipeline.curate()["batches"] == [with_rejected_batch[1]["batch_id"]]
    assert len(pipeline.rows("silver", "sales")) == 20
    assert pipeline.rows("silver", "makers", "name") == [("Ann",)]
    assert pipeline.published() == pipeline.refreshed()


def test_good_files_of_a_rejected_batch_may_be_uploaded_again(
    with_rejected_batch: tuple[Pipeline, dict[str, Any]], tmp_path: Path
) -> None:
    """If the batch is released as well, their rows count once."""
    pipeline = with_rejected_batch[0].copy(tmp_path / "buckets")
    pipeline.drop({"again/makers.csv": HEAD["makers"] + "1,Ann,SE\n"})
    assert pipeline.ingest()["rows_bronze"] == 1
    release(pipeline, with_rejected_batch[1]["batch_id"])
    pipeline.curate()
    assert pipeline.rows("silver", "makers", "name") == [("Ann",)]


def release(pipeline: Pipeline, batch_id: str, *, by: str = "me") -> bool:
    ledger = Ledger(pipeline.store, "ledger", pipeline.domain.name)
    return ledger.release(batch_id, by=by, at=datetime(2026, 2, 1, tzinfo=UTC))


def test_only_a_rejected_batch_can_be_released_and_only_once(
    with_rejected_batch: tuple[Pipeline, dict[str, Any]], tmp_path: Path
) -> None:
    pipeline = with_rejected_batch[0].copy(tmp_path / "buckets")
    committed, rejected = (batch.batch_id for batch in pipeline.view().batches)
    with pytest.raises(CaudalError, match=f"{committed} was not rejected. Rejected batches: {rejected}"):
        release(pipeline, committed)
    with pytest.raises(CaudalError, match="there is no rejected batch or hold b-0"):
        release(pipeline, "b-0")
    assert release(pipeline, rejected)
    assert not release(pipeline, rejected, by="someone else")


def test_bad_rows_in_a_small_batch_do_not_reject_it(empty_pipeline: Pipeline, sales: Sales) -> None:
    empty_pipeline.drop({"sales.csv": sales(1, 2)})
    assert empty_pipeline.ingest()["status"] == "COMMITTED"
