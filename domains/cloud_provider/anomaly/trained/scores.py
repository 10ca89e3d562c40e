"""Scores of daily costs by the trained model, in the columns of the cold start."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.trained.expectation import with_expectation
from domains.cloud_provider.anomaly.trained.numbers import ONE, above, below, dollars, quotient
from transforms.exact import ratio

_MAD_LIMIT = 35_000
_NORMAL = 6_745
_ZSCORE_LIMIT = 3
_UNCERTAINTY = 10


def score_trained(daily_costs: DataFrame, parameters: DataFrame, feedback: DataFrame) -> DataFrame:
    """Return each daily cost with its scores; grain: org_id, usage_date, service.

    `daily_costs` holds org_id, usage_date, service and cost_usd; `parameters` holds TRAINED_PARAMETERS and
    `model_version`; `feedback` holds org_id, usage_date, service and verdict. The scores of a day depend on
    no later day. A day before which nothing is known has null scores and no flag.
    """
    one = parameters.withColumn("candidate", F.col("model_version"))
    return score_candidates(daily_costs, one, feedback).withColumnRenamed("candidate", "model_version")


def score_candidates(
    daily_costs: DataFrame, candidates: DataFrame, feedback: DataFrame, *, since: date | None = None
) -> DataFrame:
    """Return the daily costs from `since` on with their scores by each candidate.

    `candidates` holds TRAINED_PARAMETERS and `candidate`, which names the rows that belong together. Grain:
    candidate, org_id, usage_date, service. The scores equal those of `score_trained`.
    """
    return _scored(with_expectation(daily_costs, candidates, feedback, since=since))


def _scored(judged: DataFrame) -> DataFrame:
    """Return rows of `with_expectation` with their scores, flags and bounds."""
    # The usual size of few residuals is uncertain: the bounds are wider.
    width = quotient(F.col("width_percent") * (F.col("known") + _UNCERTAINTY), F.col("known"))
    wide = judged.withColumn("width", F.when(F.col("mad").isNotNull(), width))
    mad = F.col("mad") * F.col("width")
    distance = F.col("residual") * (_NORMAL * 100)
    tested = wide.withColumns({
        "exact_zscore": F.col("residual") * 100.0 / (F.col("deviation") * F.col("width")),
        "exact_p99": above(F.col("expected"), quotient(F.col("p99") * F.col("width"), 100)),
        "reach": quotient(mad * _MAD_LIMIT, _NORMAL * 100),
        "is_mad": F.abs(distance) > mad * _MAD_LIMIT,
    }).withColumn("upper", above(F.col("expected"), F.col("reach")))  # fmt: skip
    tests = {
        "is_zscore": F.abs("exact_zscore") > _ZSCORE_LIMIT,
        "is_mad": F.col("is_mad"),
        "is_p99": F.col("cost") > F.col("exact_p99"),
    }
    flagged = tested.withColumns({name: F.coalesce(holds, F.lit(False)) for name, holds in tests.items()})
    points = sum((F.col(name).cast("int") for name in tests), F.lit(0))
    over = F.col("cost_usd") - dollars(F.col("upper"))
    return flagged.withColumn("anomaly_score", points).select(
        "candidate", "org_id", "usage_date", "service", "cost_usd", "observations",
        F.round("exact_zscore", 6).cast("decimal(18,6)").alias("zscore"),
        ratio(distance, mad * ONE).alias("mad_score"),
        dollars(F.col("exact_p99")).alias("p99_usd"),
        *tests, "anomaly_score",
        (F.col("anomaly_score") >= 2).alias("is_anomaly"),
        dollars(F.col("expected")).alias("expected_usd"),
        dollars(below(F.col("expected"), F.col("reach"))).alias("lower_usd"),
        dollars(F.col("upper")).alias("upper_usd"),
        F.when(over < 0, F.lit(Decimal(0))).otherwise(over).alias("impact_usd"),
    )  # fmt: skip
