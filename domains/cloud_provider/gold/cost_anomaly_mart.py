"""Daily costs with their anomaly scores; grain: org_id, usage_date, service."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.model import fit
from domains.cloud_provider.anomaly.newest import with_newest
from domains.cloud_provider.anomaly.scores import score
from domains.cloud_provider.anomaly.trained.scores import score_trained
from domains.cloud_provider.marts import COST_ANOMALY_MART
from transforms.output import published

GRAIN = ("org_id", "usage_date", "service")


def build(
    org_daily_usage_by_service: DataFrame, anomaly_feedback: DataFrame, cost_anomaly: DataFrame | None
) -> DataFrame:
    """Return every daily cost with its scores and its verdict.

    `cost_anomaly` are the parameters of the promoted version. A cost of the newest day below the expected one
    is then no anomaly: the day may be unfinished. While there is no version, the scores are those of a model
    that is fitted on all daily costs.
    """
    daily_costs = org_daily_usage_by_service.select(*GRAIN, "cost_usd")
    verdicts = anomaly_feedback.select(*GRAIN, "verdict")
    if cost_anomaly is None:
        scored = score(daily_costs, fit(daily_costs))
    else:
        scored = _with_unfinished_day(score_trained(daily_costs, cost_anomaly, verdicts), daily_costs)
    return published(scored.join(verdicts, on=[*GRAIN], how="left"), COST_ANOMALY_MART)


def _with_unfinished_day(scored: DataFrame, daily_costs: DataFrame) -> DataFrame:
    """Return scored costs; those of the newest day that lie below the expected cost have no flag.

    The newest day may be unfinished, and then its cost so far looks like a drop. Its scores stay.
    """
    is_below = (F.col("usage_date") == F.col("newest")) & (F.col("cost_usd") < F.col("expected_usd"))
    counts = ~F.coalesce(is_below, F.lit(False))
    flags = {name: F.col(name) & counts for name in ("is_zscore", "is_mad", "is_p99")}
    judged = with_newest(scored, daily_costs).withColumns(flags).drop("newest")
    points = sum((F.col(name).cast("int") for name in flags), F.lit(0))
    return judged.withColumn("anomaly_score", points).withColumn("is_anomaly", F.col("anomaly_score") >= 2)
