"""The usual costs of whole services, for organisations that a service is new to."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.trained.numbers import at_least, middle, residual
from domains.cloud_provider.anomaly.trained.spread import with_spread

SERVICE_DAYS = 56
_FEWEST_COSTS = 28


def service_costs(costs: DataFrame) -> DataFrame:
    """Return for each service and week (its Monday) the usual cost of a day, and the spread around it.

    `costs` holds service, usage_date, `day` and `usual`. The costs are those of all organisations in the
    SERVICE_DAYS before the Monday. Columns: service, week, and `service_` before each of expected, known,
    mad, deviation and p99; null for services with few costs.
    """
    weekly = costs.groupBy("service", F.date_trunc("week", "usage_date").cast("date").alias("week")).agg(
        F.collect_list("usual").alias("costs")
    )
    by_week = Window.partitionBy("service").orderBy(F.unix_date("week")).rangeBetween(-SERVICE_DAYS, -1)
    earlier = weekly.withColumn("earlier", F.flatten(F.collect_list("costs").over(by_week)))
    centered = earlier.withColumn("expected", at_least(middle(F.sort_array("earlier")), 0))
    residuals = F.transform("earlier", lambda cost: residual(cost, F.col("expected")))
    compared = centered.select("service", "week", "expected", residuals.alias("residuals"))
    spread = with_spread(compared, "residuals", fewest=_FEWEST_COSTS, when=F.lit(True))
    names = ("expected", "known", "mad", "deviation", "p99")
    is_known = F.col("mad").isNotNull()
    return spread.select(
        "service", "week", *(F.when(is_known, F.col(name)).alias(f"service_{name}") for name in names)
    )
