"""The parameters of the anomaly model, and their computation from daily costs.

Mean and standard deviation come from exact sums. Median, median absolute deviation (MAD) and 99th
percentile (linear interpolation between the two nearest ranks) are exact decimals.
"""

from __future__ import annotations

from decimal import Decimal

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lake.model.columns import bigint, date, decimal, text
from lake.naming import COLD_START

PARAMETERS = (
    text("org_id", "Organisation; null for the model of a whole service."),
    text("service", "Service."),
    bigint("observations", "Number of daily costs that the model was fitted on."),
    decimal(38, 16)("mean", "Mean daily cost."),
    decimal(38, 16)("stddev", "Sample standard deviation; null for a single cost."),
    decimal(32, 8)("median", "Median daily cost."),
    decimal(32, 8)("mad", "Median of the distances from the median."),
    decimal(32, 8)("p99", "99th percentile, linearly interpolated."),
    text("model_version", "Version of the model."),
    date("window_start", "First day of the training window."),
    date("window_end", "Last day of the training window."),
)
"""One row per organisation and service, and one per service with org_id null."""

MODEL_KEY = ("org_id", "service")

_COST = "decimal(28,6)"
_WIDEST_INTEGER = "decimal(38,0)"
_HALF = Decimal("0.5")
_HUNDREDTH = Decimal("0.01")
_MILLIONTHS = 1_000_000


def fit(daily_costs: DataFrame, *, version: str = COLD_START) -> DataFrame:
    """Return PARAMETERS fitted on `daily_costs` (org_id, usage_date, service, cost_usd).

    Days without a row are no observations. The model of a whole service is fitted on the costs of all
    organisations. The first and last day of `daily_costs` are the training window.
    """
    costs = daily_costs.select(
        "org_id", "service", "usage_date", F.col("cost_usd").cast(_COST).alias("cost")
    ).where(F.col("cost").isNotNull())
    whole_service = costs.withColumn("org_id", F.lit(None).cast("string"))
    fitted = (
        _with_places(costs.unionByName(whole_service))
        .groupBy(*MODEL_KEY, "observations", "median", "p99")
        .agg(
            _mean().alias("mean"),
            _standard_deviation().alias("stddev"),
            _between(
                _at("deviation", "deviation_place", _lower_middle()),
                _at("deviation", "deviation_place", _upper_middle()),
                F.lit(_HALF),
            ).alias("mad"),
        )
        .withColumn("model_version", F.lit(version))
    )
    window = costs.agg(F.min("usage_date").alias("window_start"), F.max("usage_date").alias("window_end"))
    described = fitted.crossJoin(F.broadcast(window))
    return described.select(*(F.col(c.name).try_cast(c.type).alias(c.name) for c in PARAMETERS))


def _with_places(costs: DataFrame) -> DataFrame:
    """Return costs with `observations`, `median` and `p99` of their model, and two ranks within it.

    `place` ranks by cost, `deviation_place` by the distance from the median.
    """
    model = Window.partitionBy(*MODEL_KEY)
    placed = costs.withColumns(
        {
            "observations": F.count(F.lit(1)).over(model),
            "place": F.row_number().over(model.orderBy("cost")),
        }
    )

    def cost_at(rank: Column) -> Column:
        return _at("cost", "place", rank).over(model)

    n = F.col("observations")
    # The 99th percentile lies this many hundredths of a rank above the first one.
    hundredths = (n - 1) * 99
    below = F.floor(hundredths / 100) + 1
    weight = (hundredths % 100).cast("decimal(2,0)") * F.lit(_HUNDREDTH)
    measured = placed.withColumns(
        {
            "median": _between(cost_at(_lower_middle()), cost_at(_upper_middle()), F.lit(_HALF)),
            "p99": _between(cost_at(below), cost_at(F.least(below + 1, n)), weight),
        }
    )
    distant = measured.withColumn("deviation", F.abs(F.col("cost") - F.col("median")))
    return distant.withColumn("deviation_place", F.row_number().over(model.orderBy("deviation")))


def _at(value: str, place: str, rank: Column) -> Column:
    """Return an aggregate: the value of the row whose `place` is `rank`."""
    return F.max(F.when(F.col(place) == rank, F.col(value)))


def _lower_middle() -> Column:
    return F.floor((F.col("observations") + 1) / 2)


def _upper_middle() -> Column:
    return F.floor(F.col("observations") / 2) + 1


def _between(low: Column, high: Column, weight: Column) -> Column:
    """Return low + (high − low) × weight, exactly."""
    return low + (high - low) * weight


def _mean() -> Column:
    """Return sum ÷ count. Spark gives a quotient of these types 16 digits after the point."""
    return F.try_divide(F.sum("cost").try_cast(_COST), F.count(F.lit(1)).cast("decimal(10,0)"))


def _standard_deviation() -> Column:
    """Return √((n Σx² − (Σx)²) ÷ (n (n − 1))), rounded only by the root; null for n = 1.

    The sums are integers of millionths. Where absurd costs need more than 38 digits, the deviation is
    computed in floating point, so that one such cost does not stop the scoring of all others.
    """
    millionths = (F.col("cost") * _MILLIONTHS).cast(_WIDEST_INTEGER)
    n = F.count(F.lit(1)).cast(_WIDEST_INTEGER)
    total = F.try_sum(millionths)
    square = F.try_multiply(millionths, millionths)
    squares = F.when(F.count(square) == F.count(F.lit(1)), F.try_sum(square))
    spread = F.try_subtract(F.try_multiply(n, squares), F.try_multiply(total, total))
    variance = F.try_divide(spread.cast("double"), (n * (n - 1)).cast("double"))
    return F.coalesce(F.sqrt(variance) / _MILLIONTHS, F.stddev_samp(F.col("cost").cast("double")))
