"""Marts: their partition keys, and which are recomputed whole; the logs beside them."""

from __future__ import annotations

from dataclasses import replace

from lake.model.columns import date
from lake.model.discovery import load_domain
from lake.model.marts import PIPELINE_RUNS, QUALITY_BY_RUN, Mart, PartitionUnit
from lake.naming import QUALITY_LOG, RUN_LOG

SHOP = load_domain("ecommerce")


def test_partition_keys_follow_the_partition_unit() -> None:
    day = date("day", "Day.")
    mart = Mart(name="m", description="-", grain=("day",), inputs=(), columns=(day,), dated_by="day")
    assert replace(mart, partition_by=PartitionUnit.MONTH).partition_keys == ("year", "month")
    assert replace(mart, partition_by=PartitionUnit.YEAR).partition_keys == ("year",)
    assert replace(mart, dated_by=None).partition_keys == ()


def test_mart_is_whole_without_partitions_or_by_declaration() -> None:
    assert SHOP.mart("customer_rfm").is_whole
    assert not SHOP.mart("sales_by_month").is_whole
    assert replace(SHOP.mart("sales_by_month"), whole=True).is_whole


# --- the logs


def test_log_has_one_row_per_run_table_and_check() -> None:
    assert QUALITY_BY_RUN.name == QUALITY_LOG
    assert QUALITY_BY_RUN.grain == ("run_id", "domain", "table_name", "check_name")


def test_columns_of_the_log_of_checks_have_fixed_names_and_types() -> None:
    assert [(column.name, column.type) for column in QUALITY_BY_RUN.columns] == [
        ("run_id", "string"), ("domain", "string"), ("table_name", "string"), ("check_name", "string"),
        ("rows_checked", "bigint"), ("rows_flagged", "bigint"), ("rows_quarantined", "bigint"),
        ("execution", "string"), ("checked_at", "timestamp"),
    ]  # fmt: skip
    assert [problem for column in QUALITY_BY_RUN.columns for problem in column.problems()] == []


def test_log_of_checks_is_not_partitioned_and_not_computed_from_tables() -> None:
    assert QUALITY_BY_RUN.partition_keys == ()
    assert QUALITY_BY_RUN.inputs == ()


def test_columns_of_the_log_of_runs_have_fixed_names_and_types() -> None:
    assert PIPELINE_RUNS.name == RUN_LOG
    assert [(column.name, column.type) for column in PIPELINE_RUNS.columns] == [
        ("run_id", "string"), ("flow", "string"), ("started_at", "timestamp"), ("seconds", "decimal(18,3)"),
        ("status", "string"), ("files", "bigint"), ("rows_read", "bigint"), ("rows_bronze", "bigint"),
        ("rows_quarantined", "bigint"), ("predicted_usd", "decimal(18,6)"),
    ]  # fmt: skip
    assert [problem for column in PIPELINE_RUNS.columns for problem in column.problems()] == []


def test_log_of_runs_is_partitioned_by_year_and_not_computed_from_tables() -> None:
    assert PIPELINE_RUNS.partition_keys == ("year",)
    assert PIPELINE_RUNS.inputs == ()
