"""Hashes of a model's training data by month, which do not depend on the order of rows or files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.model.models import Fingerprint

_NULL = "\0"
"""Stands for null, which the hash function would leave out."""


def fingerprints(rows: DataFrame, fingerprint: Fingerprint, first: date, last: date) -> dict[str, str]:
    """Return month ("2025-01") → hash over its rows from `first` to `last`, both included.

    Equal rows give equal hashes. Rows that differ in a column of `fingerprint` give others, except with a
    chance of one in 2⁶⁴. One row per month comes to the driver.
    """
    day = F.col(fingerprint.dated_by)
    texts = [F.coalesce(F.col(name).cast("string"), F.lit(_NULL)) for name in fingerprint.columns]
    hashed = rows.where(day.between(F.lit(first), F.lit(last))).select(
        F.date_format(day, "yyyy-MM").alias("month"), F.xxhash64(*texts).alias("hash")
    )
    summed = hashed.groupBy("month").agg(
        F.count(F.lit(1)).alias("rows"),
        F.sum(F.col("hash").cast("decimal(20,0)")).alias("sum"),
        F.bit_xor("hash").alias("parity"),
    )
    return {row["month"]: _digest(row["rows"], row["sum"], row["parity"]) for row in summed.collect()}


def _digest(rows: int, total: object, parity: int) -> str:
    return hashlib.sha256(f"{rows} {total} {parity}".encode()).hexdigest()[:16]


def corrected(trained: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """Return the months whose hashes differ, sorted."""
    return tuple(
        sorted(month for month in trained.keys() | now.keys() if trained.get(month) != now.get(month))
    )
