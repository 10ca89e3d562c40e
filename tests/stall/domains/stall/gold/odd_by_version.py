"""Number of odd days; grain: model_version."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def build(odd_days: DataFrame) -> DataFrame:
    """Return the number of odd days."""
    return odd_days.groupBy("model_version").agg(F.count_if("is_odd").alias("odd"))
