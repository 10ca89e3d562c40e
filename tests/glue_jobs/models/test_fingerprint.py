"""Fingerprints depend on the rows of a month in the window, and on nothing else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pyspark.sql import DataFrame, SparkSession

from glue_jobs.models.fingerprint import corrected, fingerprints
from lake.model.models import Fingerprint

HASHED = Fingerprint(mart="sales", dated_by="day", columns=("day", "country", "price"))
Row = tuple[str | None, str, str | None, int]
ROWS: tuple[Row, ...] = (
    ("2025-01-31", "SE", "1.50", 1),
    ("2025-02-01", "SE", "2.00", 1),
    ("2025-02-01", "DK", None, 1),
    ("2025-02-28", "DK", "0.00", 1),
)
FIRST, LAST = date(2025, 1, 1), date(2025, 2, 28)


def frame(spark: SparkSession, *rows: Row) -> DataFrame:
    typed = [
        (day and date.fromisoformat(day), country, price and Decimal(price), other)
        for day, country, price, other in rows
    ]
    return spark.createDataFrame(typed, "day date, country string, price decimal(9,2), other int")


@pytest.fixture(scope="module")
def before(spark: SparkSession) -> dict[str, str]:
    return fingerprints(frame(spark, *ROWS), HASHED, FIRST, LAST)


def test_each_month_has_a_hash(before: dict[str, str]) -> None:
    assert sorted(before) == ["2025-01", "2025-02"]
    assert all(len(digest) == 16 for digest in before.values())


def test_order_partitions_other_columns_and_other_days_do_not_matter(
    spark: SparkSession, before: dict[str, str]
) -> None:
    turned = [(day, country, price, 2) for day, country, price, _ in reversed(ROWS)]
    rows = frame(spark, *turned, ("2025-03-01", "SE", "9.00", 1), ("2024-12-31", "SE", "9.00", 1))
    assert fingerprints(rows.repartition(3), HASHED, FIRST, LAST) == before


@pytest.mark.parametrize(
    ("number", "row"),
    [
        (1, ("2025-02-01", "SE", "2.01", 1)),
        (1, ("2025-02-02", "SE", "2.00", 1)),
        (2, ("2025-02-01", "DK", "0.00", 1)),
        (3, ("2025-02-28", "SE", "0.00", 1)),
    ],
)
def test_corrected_row_shows_in_its_month(
    spark: SparkSession, before: dict[str, str], number: int, row: Row
) -> None:
    rows = [*ROWS[:number], row, *ROWS[number + 1 :]]
    assert corrected(before, fingerprints(frame(spark, *rows), HASHED, FIRST, LAST)) == ("2025-02",)


def test_missing_added_and_repeated_rows_show(spark: SparkSession, before: dict[str, str]) -> None:
    for rows in (ROWS[1:], (*ROWS, ROWS[0]), (*ROWS, ROWS[0], ROWS[0])):
        assert corrected(before, fingerprints(frame(spark, *rows), HASHED, FIRST, LAST)) == ("2025-01",)


def test_no_rows_have_no_hashes(spark: SparkSession, before: dict[str, str]) -> None:
    assert fingerprints(frame(spark), HASHED, FIRST, LAST) == {}
    assert corrected(before, {}) == ("2025-01", "2025-02")
