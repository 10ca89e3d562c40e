"""GenAI tokens and their cost per day; grain: org_id, usage_date."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from domains.cloud_provider.marts import GENAI_TOKENS_BY_ORG_DATE
from transforms.exact import ratio
from transforms.output import published

_MILLIONTHS = 1_000_000


def build(usage_events: DataFrame) -> DataFrame:
    """Return days with events that carry a number of tokens, which may be 0.

    Events without one (schema version 1, other services) do not count.
    """
    events = usage_events.select("org_id", "usage_date", "genai_tokens", "cost_usd_increment")
    by_day = (
        events.where(F.col("genai_tokens").isNotNull())
        .groupBy("org_id", "usage_date")
        .agg(
            F.sum("genai_tokens").alias("genai_tokens"),
            F.sum("cost_usd_increment").alias("cost_usd"),
            F.count(F.lit(1)).alias("events"),
        )
    )
    # `ratio` needs an integer divisor, and tokens have six digits after the point.
    token_millionths = F.col("genai_tokens") * _MILLIONTHS
    cost = ratio(F.col("cost_usd"), token_millionths, factor=1000 * _MILLIONTHS)
    return published(by_day.withColumn("cost_per_1k_tokens", cost), GENAI_TOKENS_BY_ORG_DATE)
