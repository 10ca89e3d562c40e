"""Days with their bounds; grain: stall, day."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def build(takings_by_day: DataFrame, verdicts: DataFrame, usual_takings: DataFrame | None) -> DataFrame:
    """Return every day with the bounds of the model, or with those of the cold start."""
    days = takings_by_day.select("stall", "day", "taken")
    bounds = days.select(
        F.lit(0).cast("decimal(18,2)").alias("low"),
        F.lit(100).cast("decimal(18,2)").alias("high"),
        F.lit("cold-start").alias("model_version"),
    ).distinct()
    if usual_takings is not None:
        bounds = usual_takings.where("stall IS NULL").select("low", "high", "model_version")
    judged = days.crossJoin(bounds).withColumn("is_odd", ~F.col("taken").between(F.col("low"), F.col("high")))
    joined = judged.join(verdicts.select("stall", "day", "verdict"), on=["stall", "day"], how="left")
    return joined.select("stall", "day", "taken", "low", "high", "is_odd", "verdict", "model_version")
