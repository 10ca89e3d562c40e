"""Keys of run summaries, checkpoints and unpublished partitions."""

from __future__ import annotations

from lake import naming


def test_run_summaries_belong_to_an_execution() -> None:
    assert naming.run_key("shop", "x1", "job") == "_runs/shop/x1/job.json"
    assert naming.run_detail_key("shop", "x1", "job") == "_runs/shop/x1/job-detail.json"


def test_unpublished_partitions_belong_to_a_mart() -> None:
    assert naming.unpublished_key("shop", "sales", "x1") == "_serving/shop/sales/x1.json"


def test_log_of_checks_lies_in_gold() -> None:
    assert naming.quality_log_key("shop", "b-1") == "shop/quality_by_run/b-1.parquet"
    assert naming.run_log_key("shop", 2026, "x-1") == "shop/pipeline_runs/year=2026/x-1.parquet"


def test_generation_has_its_own_checkpoints() -> None:
    assert naming.generation_key("shop", "events") == "_checkpoints/shop/events/generation.json"
    assert naming.generation_prefix("shop", "events", 3) == "_checkpoints/shop/events/0003/"
    assert naming.stop_key("shop", "events") == "_checkpoints/shop/events/stop"
