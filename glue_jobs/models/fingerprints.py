"""Fingerprints of a mart's months: equal for equal rows, whatever files they lie in and in what order."""

from __future__ import annotations

import hashlib
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

_DIGITS = 15
"""Hexadecimal digits of a row's hash that are summed as one number."""

_LENGTH = 16


def month_fingerprints(rows: DataFrame, day: str, start: date, end: date) -> dict[str, str]:
    """Return month ("2025-01") → hash over the rows whose date `day` lies from `start` to `end`.

    Rows are hashed with all their columns, and the hashes summed. Days after `end` do not count, so that a
    month to which days are added later keeps its fingerprint. One pass; a line per month reaches the driver.
    """
    columns = sorted(rows.columns)
    content = F.sha2(F.to_json(F.struct(*(F.col(name).cast("string").alias(name) for name in columns))), 256)
    hashed = rows.where(F.col(day).between(F.lit(start), F.lit(end))).select(
        F.date_format(day, "yyyy-MM").alias("month"), content.alias("content")
    )
    by_month = hashed.groupBy("month").agg(
        F.count(F.lit(1)).alias("rows"), _sum(1).alias("high"), _sum(1 + _DIGITS).alias("low")
    )
    return {
        row["month"]: _digest(f"{row['rows']} {row['high']} {row['low']}")
        for row in sorted(by_month.collect(), key=lambda row: row["month"])
    }


def _sum(first: int) -> Column:
    """Return the sum of numbers of 60 bits from the rows' hashes; a quintillion rows fit."""
    number = F.conv(F.substring("content", first, _DIGITS), 16, 10)
    return F.sum(number.cast("decimal(20,0)"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]
