"""Spark expressions over the months of rows."""

from __future__ import annotations

from collections.abc import Collection

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from glue_jobs.runtime.months import Month


def months_of(frame: DataFrame) -> frozenset[Month]:
    """Return the distinct (year, month) of a frame. Collects one row per month to the driver."""
    rows = frame.select("year", "month").distinct().collect()
    return frozenset(Month(row["year"], row["month"]) for row in rows)


def is_in(months: Collection[Month], year: Column | None = None, month: Column | None = None) -> Column:
    """Return whether a row's (year, month) is one of `months`, as a condition that prunes partitions."""
    year = F.col("year") if year is None else year
    month = F.col("month") if month is None else month
    by_year: dict[int, list[int]] = {}
    for item in sorted(months):
        by_year.setdefault(item.year, []).append(item.month)
    condition = F.lit(False)
    for each, its_months in by_year.items():
        condition = condition | ((year == each) & month.isin(its_months))
    return condition
