"""Anomaly scores of daily costs: three tests against the parameters of a model, and their sum.

Flags compare unrounded decimals; the published scores are rounded once, to six digits.
"""

from __future__ import annotations

from decimal import Decimal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.bounds import with_bounds
from domains.cloud_provider.anomaly.model import MODEL_KEY, PARAMETERS

MIN_OBSERVATIONS = 14
"""An organisation with fewer days of its own is scored with the model of the whole service."""

ZSCORE_LIMIT = Decimal(3)
ROOT_TOLERANCE = Decimal("0.000000001")
"""A z-score this close to the limit counts as the limit: the standard deviation is a rounded root."""

MAD_LIMIT = Decimal("3.5")
NORMAL_CONSISTENCY = Decimal("0.6745")
"""Makes the median absolute deviation of normally distributed values comparable to their standard deviation.

Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993).
"""

_FITTED = tuple(column.name for column in PARAMETERS if column.name not in MODEL_KEY)


def score(daily_costs: DataFrame, parameters: DataFrame) -> DataFrame:
    """Return each daily cost with its scores; grain: org_id, usage_date, service.

    `daily_costs` holds org_id, usage_date, service and cost_usd, `parameters` holds PARAMETERS.
    A score whose divisor is 0 or null is null and sets no flag.
    """
    costs = daily_costs.select("org_id", "usage_date", "service", "cost_usd")
    judged = _with_model(costs, parameters)
    tests = {
        "is_zscore": _from_mean() > F.lit(ZSCORE_LIMIT + ROOT_TOLERANCE) * _divisor("stddev"),
        "is_mad": _from_median() > F.lit(MAD_LIMIT) * _divisor("mad"),
        "is_p99": F.col("cost_usd") > F.col("p99"),
    }
    flagged = judged.withColumns(
        {
            "zscore": _quotient(_from_mean(), "stddev"),
            "mad_score": _quotient(_from_median(), "mad"),
            "p99_usd": F.round("p99", 6),
            **{name: F.coalesce(holds, F.lit(False)) for name, holds in tests.items()},
        }
    )
    points = sum((F.col(name).cast("int") for name in tests), F.lit(0))
    scored = flagged.withColumn("anomaly_score", points).withColumn("is_anomaly", F.col("anomaly_score") >= 2)
    return with_bounds(scored, expected="median", mad="mad")


def _with_model(costs: DataFrame, parameters: DataFrame) -> DataFrame:
    """Return each cost with the parameters of its model; `observations` are those of its own pair."""
    own = parameters.where(F.col("org_id").isNotNull())
    whole = parameters.where(F.col("org_id").isNull())
    pairs = own.select(*MODEL_KEY, *(F.col(name).alias(f"own_{name}") for name in _FITTED))
    services = whole.select("service", *(F.col(name).alias(f"whole_{name}") for name in _FITTED))
    joined = costs.join(pairs, on=[*MODEL_KEY], how="left").join(services, on="service", how="left")
    observations = F.coalesce("own_observations", F.lit(0))
    is_known = observations >= MIN_OBSERVATIONS
    return joined.select(
        *costs.columns,
        observations.alias("observations"),
        *(
            F.when(is_known, F.col(f"own_{name}")).otherwise(F.col(f"whole_{name}")).alias(name)
            for name in _FITTED
            if name != "observations"
        ),
    )


def _from_mean() -> Column:
    return F.col("cost_usd") - F.col("mean")


def _from_median() -> Column:
    return F.lit(NORMAL_CONSISTENCY) * (F.col("cost_usd") - F.col("median"))


def _divisor(name: str) -> Column:
    return F.nullif(F.col(name), F.lit(Decimal(0)))


def _quotient(dividend: Column, divisor: str) -> Column:
    """Return the quotient, rounded once: Spark gives a quotient of these types six digits after the point."""
    return F.try_divide(dividend.try_cast("decimal(38,15)"), _divisor(divisor).try_cast("decimal(38,16)"))
