"""Daily costs with their anomaly scores; grain: org_id, usage_date, service."""

from __future__ import annotations

from pyspark.sql import DataFrame

from domains.cloud_provider.anomaly.model import fit
from domains.cloud_provider.anomaly.scores import score
from domains.cloud_provider.anomaly.trained.scores import score_trained
from domains.cloud_provider.marts import COST_ANOMALY_MART
from transforms.output import published

GRAIN = ("org_id", "usage_date", "service")


def build(
    org_daily_usage_by_service: DataFrame, anomaly_feedback: DataFrame, cost_anomaly: DataFrame | None
) -> DataFrame:
    """Return every daily cost with its scores and its verdict.

    `cost_anomaly` are the parameters of the promoted version. While there is none, the scores are those of a
    model that is fitted on all daily costs.
    """
    daily_costs = org_daily_usage_by_service.select(*GRAIN, "cost_usd")
    verdicts = anomaly_feedback.select(*GRAIN, "verdict")
    if cost_anomaly is None:
        scored = score(daily_costs, fit(daily_costs))
    else:
        scored = score_trained(daily_costs, cost_anomaly, verdicts)
    return published(scored.join(verdicts, on=[*GRAIN], how="left"), COST_ANOMALY_MART)
