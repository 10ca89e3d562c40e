"""Daily costs with their anomaly scores; grain: org_id, usage_date, service."""

from __future__ import annotations

from pyspark.sql import DataFrame

from domains.cloud_provider.anomaly.model import fit
from domains.cloud_provider.anomaly.scores import score
from domains.cloud_provider.marts import COST_ANOMALY_MART
from transforms.output import published

GRAIN = ("org_id", "usage_date", "service")


def build(
    org_daily_usage_by_service: DataFrame, anomaly_feedback: DataFrame, cost_anomaly: DataFrame | None
) -> DataFrame:
    """Return every daily cost, scored with a model that is fitted on all daily costs, and its verdict.

    `cost_anomaly` are the parameters of the promoted version; None while there is none.
    """
    daily_costs = org_daily_usage_by_service.select(*GRAIN, "cost_usd")
    verdicts = anomaly_feedback.select(*GRAIN, "verdict")
    scored = score(daily_costs, fit(daily_costs)).join(verdicts, on=[*GRAIN], how="left")
    return published(scored, COST_ANOMALY_MART)
