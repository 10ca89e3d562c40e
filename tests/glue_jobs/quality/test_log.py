"""`quality_by_run` has one row per run, table and check; references are checked when silver is recomputed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from glue_jobs.ledger.ledger import Batch, FileEntry
from glue_jobs.quality.gate import MINIMUM_ROWS
from glue_jobs.quality.log import with_file_checks, write_quality_log
from lake import naming
from lake.model.marts import QUALITY_BY_RUN
from tests.fakes import KillableStore, KilledError
from tests.glue_jobs.streaming.conftest import StreamPipeline
from tests.glue_jobs.streaming.lines import event, lines
from tests.pipeline import Pipeline, Rows
from tests.toy.drops import HEAD

SALES = (
    HEAD["sales"]
    + "1,1,2024-01-05,10.00,shop\n2,1,2024-01-06,-1,shop\n3,1,soon,ten,shop\n4,1\n5,1,2024-02-01,5,fax\n"
)


def log(pipeline: Pipeline, *columns: str) -> Rows:
    """Return the rows of the quality log."""
    return pipeline.rows("gold", QUALITY_BY_RUN.name, *columns)


def test_counts_of_the_checks_are_published_with_the_batch(empty_pipeline: Pipeline) -> None:
    empty_pipeline.drop({"sales.csv": SALES})
    batch = empty_pipeline.ingest()["batch_id"]
    assert log(empty_pipeline) == []
    empty_pipeline.curate()
    columns = [column.name for column in QUALITY_BY_RUN.columns[:7]]
    assert log(empty_pipeline, *columns) == [
        (batch, "toy", "sales", "amount.not_null", "5", "0", "0"),
        (batch, "toy", "sales", "amount.range", "5", "0", "1"),
        (batch, "toy", "sales", "amount.type", "5", "0", "1"),
        (batch, "toy", "sales", "channel.allowed", "5", "1", "0"),
        (batch, "toy", "sales", "maker_id.type", "5", "0", "0"),
        (batch, "toy", "sales", "record.malformed", "5", "0", "1"),
        (batch, "toy", "sales", "sale_id.not_null", "5", "0", "0"),
        (batch, "toy", "sales", "sale_id.type", "5", "0", "0"),
        (batch, "toy", "sales", "sold_on.future", "5", "0", "0"),
        (batch, "toy", "sales", "sold_on.not_null", "5", "0", "0"),
        (batch, "toy", "sales", "sold_on.type", "5", "0", "1"),
        ("x0002", "toy", "sales", "maker_id.unknown", "2", "2", "0"),
    ]
    assert {row[0] for row in log(empty_pipeline, "execution")} == {"x0001", "x0002"}


def test_each_run_adds_its_rows_and_changes_no_others(empty_pipeline: Pipeline) -> None:
    empty_pipeline.drop({"sales.csv": SALES})
    empty_pipeline.run()
    first = log(empty_pipeline)
    empty_pipeline.drop({"makers.csv": HEAD["makers"] + "1,Ann,SE\n"})
    empty_pipeline.run()
    both = log(empty_pipeline)
    assert set(first) < set(both)
    assert {row[0] for row in log(empty_pipeline, "table_name")} == {"sales", "makers"}
    empty_pipeline.curate(full_refresh=True)
    refreshed = log(empty_pipeline)
    assert set(both) < set(refreshed)
    assert {row[0] for row in refreshed} - {row[0] for row in both} == {"x0005"}


def test_references_are_checked_again_whenever_their_rows_are_recomputed(empty_pipeline: Pipeline) -> None:
    """A sale's maker arrives later: only that sale's month is recomputed. A null reference is not flagged."""
    sales = "1,1,2024-01-05,1,web\n2,2,2024-01-06,1,web\n3,,2024-01-07,1,web\n4,2,2024-02-01,1,web\n"
    empty_pipeline.drop({"sales.csv": HEAD["sales"] + sales, "makers.csv": HEAD["makers"] + "2,Bo,NO\n"})
    empty_pipeline.run()
    empty_pipeline.drop({"makers_late.csv": HEAD["makers"] + "1,Ann,SE\n"})
    empty_pipeline.run()
    columns = ("execution", "table_name", "check_name", "rows_checked", "rows_flagged")
    assert [row for row in log(empty_pipeline, *columns) if str(row[2]).endswith(".unknown")] == [
        ("x0002", "sales", "maker_id.unknown", "4", "1"),
        ("x0004", "sales", "maker_id.unknown", "3", "0"),
    ]
    detail = json.loads(
        empty_pipeline.store.read("processed", naming.run_detail_key("toy", "x0004", "processed_to_curated"))
    )
    assert detail["checks"]["sales"] == {
        "maker_id.unknown": {"rows_checked": 3, "rows_flagged": 0, "rows_quarantined": 0}
    }


def test_batch_without_good_rows_is_logged_by_the_next_run(empty_pipeline: Pipeline) -> None:
    """The batch has no rows to publish and so starts no publication of its own."""
    empty_pipeline.drop({"sales.csv": HEAD["sales"] + "2,1,2024-01-06,-1,shop\n"})
    assert empty_pipeline.ingest()["proceed"] is False
    empty_pipeline.drop({"makers.csv": HEAD["makers"] + "1,Ann,SE\n"})
    empty_pipeline.run()
    assert ("sales", "amount.range", "1") in log(
        empty_pipeline, "table_name", "check_name", "rows_quarantined"
    )


def test_rejected_batch_is_not_in_the_log(empty_pipeline: Pipeline) -> None:
    bad = "".join(f"{number},1,2024-01-06,-1,shop\n" for number in range(MINIMUM_ROWS))
    empty_pipeline.drop({"sales.csv": HEAD["sales"] + bad})
    assert empty_pipeline.ingest()["status"] == "REJECTED"
    assert write_quality_log(empty_pipeline.store, "curated", "toy", empty_pipeline.view()) == 0


def test_killed_write_of_the_log_is_completed_by_the_next_run(empty_pipeline: Pipeline) -> None:
    for number in (1, 2):
        empty_pipeline.drop({f"makers_{number}.csv": HEAD["makers"] + f"{number},Ann,SE\n"})
        empty_pipeline.ingest()
    killed = KillableStore(empty_pipeline.root, killed_at=1)
    with pytest.raises(KilledError):
        write_quality_log(killed, "curated", "toy", empty_pipeline.view())
    assert write_quality_log(empty_pipeline.store, "curated", "toy", empty_pipeline.view()) == 1
    assert write_quality_log(empty_pipeline.store, "curated", "toy", empty_pipeline.view()) == 0
    assert len({row[0] for row in log(empty_pipeline, "run_id")}) == 2


def test_ledger_entries_without_counts_are_read(empty_pipeline: Pipeline) -> None:
    empty_pipeline.drop({"makers.csv": HEAD["makers"] + "1,Ann,SE\n"})
    batch_id = empty_pipeline.ingest()["batch_id"]
    body = json.loads(empty_pipeline.store.read("ledger", naming.ledger_key("toy", batch_id)))
    assert body.pop("checks")["makers"]["maker_id.type"]["rows_checked"] == 1
    assert Batch.from_json(json.dumps(body).encode(), "ledger", "here").checks == {}


def test_micro_batch_has_its_check_counts_in_ledger_and_log(spark: SparkSession, tmp_path: Path) -> None:
    pipeline = StreamPipeline(spark, tmp_path / "buckets")
    pipeline.drop_events({"a.jsonl": lines(event(1), event(2, value=-1), '{"cut')})
    pipeline.stream()
    [batch] = pipeline.view().batches
    checks = batch.checks["usage_events"]
    assert checks["value.range"] == {"rows_checked": 3, "rows_flagged": 0, "rows_quarantined": 1}
    assert checks["record.malformed"]["rows_quarantined"] == 1
    assert "org_id.unknown" not in checks
    assert write_quality_log(pipeline.store, "curated", "cloud_provider", pipeline.view()) == 1
    logged = pipeline.rows("gold", "quality_by_run", "run_id", "check_name", "rows_quarantined")
    assert (batch.batch_id, "value.range", "1") in logged


def test_failed_checks_of_whole_files_count_files() -> None:
    def entry(name: str, table: str, check: str = "") -> FileEntry:
        status = "rejected" if check else "ingested"
        return FileEntry(
            key=name, version="1", table=table, size=1, sha256="", rank="", status=status, check=check
        )

    row_checks = {"orders": {"order_id.type": {"rows_checked": 9, "rows_flagged": 0, "rows_quarantined": 1}}}
    files = [
        entry("a", "orders"),
        entry("b", "orders", "file.content"),
        entry("c", "", "file.header"),
        entry("d", "", "file.header"),
    ]
    assert with_file_checks(row_checks, files) == {
        "orders": {
            **row_checks["orders"],
            "file.content": {"rows_checked": 2, "rows_flagged": 0, "rows_quarantined": 1},
        },
        "_unrecognised": {"file.header": {"rows_checked": 2, "rows_flagged": 0, "rows_quarantined": 2}},
    }
