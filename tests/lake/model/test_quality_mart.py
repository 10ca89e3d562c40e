"""The log of check results."""

from __future__ import annotations

from lake.model.quality_mart import QUALITY_BY_RUN
from lake.naming import QUALITY_LOG


def test_log_has_one_row_per_run_table_and_check() -> None:
    assert QUALITY_BY_RUN.name == QUALITY_LOG
    assert QUALITY_BY_RUN.grain == ("run_id", "domain", "table_name", "check_name")


def test_published_columns_have_fixed_names_and_types() -> None:
    assert [(column.name, column.type) for column in QUALITY_BY_RUN.columns] == [
        ("run_id", "string"), ("domain", "string"), ("table_name", "string"), ("check_name", "string"),
        ("rows_checked", "bigint"), ("rows_flagged", "bigint"), ("rows_quarantined", "bigint"),
        ("execution", "string"), ("checked_at", "timestamp"),
    ]  # fmt: skip
    assert [problem for column in QUALITY_BY_RUN.columns for problem in column.problems()] == []


def test_log_is_not_partitioned_and_not_computed_from_tables() -> None:
    assert QUALITY_BY_RUN.partition_keys == ()
    assert QUALITY_BY_RUN.inputs == ()
