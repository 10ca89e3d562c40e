"""Daily costs with their anomaly scores; grain: org_id, usage_date, service."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.model import fit
from domains.cloud_provider.anomaly.scores import score
from domains.cloud_provider.marts import COST_ANOMALY_MART
from transforms.output import published


def build(org_daily_usage_by_service: DataFrame) -> DataFrame:
    """Return every daily cost, scored with a model that is fitted on all daily costs."""
    daily_costs = org_daily_usage_by_service.select("org_id", "usage_date", "service", "cost_usd")
    scored = score(daily_costs, fit(daily_costs)).withColumn("verdict", F.lit(None).cast("string"))
    return published(scored, COST_ANOMALY_MART)
