"""Energy of each month; grain: read_month."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def build(readings: DataFrame) -> DataFrame:
    return (
        readings.select(F.trunc("read_at", "month").alias("read_month"), "kwh")
        .groupBy("read_month")
        .agg(F.count(F.lit(1)).alias("readings"), F.sum("kwh").alias("kwh"))
    )
