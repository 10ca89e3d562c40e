"""Calendar units: months begin on their first day, weeks on Monday, days of the week count from Monday."""

from __future__ import annotations

import datetime

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from transforms.calendar import day_of_week, month_start, week_start


@pytest.mark.parametrize(
    ("day", "month", "week", "dow"),
    [
        ("2024-12-29 23:59:59", "2024-12-01", "2024-12-23", 7),
        ("2024-12-30 00:00:00", "2024-12-01", "2024-12-30", 1),
        ("2025-01-01 12:00:00", "2025-01-01", "2024-12-30", 3),
        ("2024-02-29 00:00:00", "2024-02-01", "2024-02-26", 4),
        ("0001-01-01 00:00:00", "0001-01-01", "0001-01-01", 1),
    ],
)
def test_timestamp_has_its_month_week_and_day_of_the_week(
    spark: SparkSession, day: str, month: str, week: str, dow: int
) -> None:
    stamp = F.lit(day).cast("timestamp")
    row = spark.range(1).select(month_start(stamp), week_start(stamp), day_of_week(stamp)).collect()[0]
    assert tuple(row) == (datetime.date.fromisoformat(month), datetime.date.fromisoformat(week), dow)


def test_units_of_null_are_null(spark: SparkSession) -> None:
    nothing = F.lit(None).cast("date")
    row = spark.range(1).select(month_start(nothing), week_start(nothing), day_of_week(nothing)).collect()[0]
    assert tuple(row) == (None, None, None)
