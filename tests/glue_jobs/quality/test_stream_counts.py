"""The check counts of each micro-batch of a stream are in the ledger and the quality log."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import SparkSession

from glue_jobs.quality.log import write_quality_log
from tests.glue_jobs.streaming.conftest import StreamPipeline
from tests.glue_jobs.streaming.lines import event, lines


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
