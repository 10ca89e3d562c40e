"""The newest day of daily costs. The pipeline runs daily, so this day may be unfinished."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def with_newest(rows: DataFrame, costs: DataFrame) -> DataFrame:
    """Add `newest`, the newest usage_date of all `costs`, to `rows`; null if there are no costs."""
    return rows.crossJoin(F.broadcast(costs.agg(F.max("usage_date").alias("newest"))))


def without_newest(costs: DataFrame) -> DataFrame:
    """Return the costs of all days but the newest. Costs without a day are left out."""
    return with_newest(costs, costs).where(F.col("usage_date") < F.col("newest")).drop("newest")
