"""Daily usage and cost of each service by organisation; grain: org_id, usage_date, service."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from domains.cloud_provider.marts import ORG_DAILY_USAGE_BY_SERVICE
from domains.cloud_provider.tables import UNITS
from transforms.output import published


def build(usage_events: DataFrame) -> DataFrame:
    """Return days with events.

    Metrics without events are 0; tokens and carbon are null where no event has a measurement.
    """
    events = usage_events.select(
        "org_id", "usage_date", "service", "metric", "value", "cost_usd_increment", "genai_tokens",
        "carbon_kg",
    )  # fmt: skip
    by_day = events.groupBy("org_id", "usage_date", "service").agg(
        F.sum("cost_usd_increment").alias("cost_usd"),
        F.count(F.lit(1)).alias("events"),
        *(_quantity(metric).alias(metric) for metric in UNITS),
        F.sum("genai_tokens").alias("genai_tokens"),
        F.sum("carbon_kg").alias("carbon_kg"),
    )
    return published(by_day, ORG_DAILY_USAGE_BY_SERVICE)


def _quantity(metric: str) -> Column:
    return F.coalesce(F.sum(F.when(F.col("metric") == metric, F.col("value"))), F.lit(0))
