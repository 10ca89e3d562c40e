"""The log of runs."""

from __future__ import annotations

from lake.model.run_mart import PIPELINE_RUNS
from lake.naming import RUN_LOG


def test_published_columns_have_fixed_names_and_types() -> None:
    assert PIPELINE_RUNS.name == RUN_LOG
    assert [(column.name, column.type) for column in PIPELINE_RUNS.columns] == [
        ("run_id", "string"), ("flow", "string"), ("started_at", "timestamp"), ("seconds", "decimal(18,3)"),
        ("status", "string"), ("files", "bigint"), ("rows_read", "bigint"), ("rows_bronze", "bigint"),
        ("rows_quarantined", "bigint"), ("predicted_usd", "decimal(18,6)"),
    ]  # fmt: skip
    assert [problem for column in PIPELINE_RUNS.columns for problem in column.problems()] == []


def test_log_is_partitioned_by_year_and_not_computed_from_tables() -> None:
    assert PIPELINE_RUNS.partition_keys == ("year",)
    assert PIPELINE_RUNS.inputs == ()
