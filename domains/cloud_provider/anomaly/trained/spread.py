"""The usual size of residuals: their median absolute value, deviation and 99th percentile."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.trained.numbers import ONE, at_least, middle, percentile99

_SMALLEST = ONE // 100
_OUTLIER = 6
_SMALLEST_DEVIATION = 148.0


def with_spread(rows: DataFrame, residuals: str, *, fewest: int, when: Column) -> DataFrame:
    """Add `known`, `mad`, `deviation` and `p99` of an array of residuals; `known` is their number.

    Distances count from the expected cost, not from the residuals' median. The deviation is the root of the
    mean square, where residuals beyond six MAD count as six MAD: one spike must not hide the next. No spread
    is below one percent, so that a change of a constant cost is seen. The three are null for fewer than
    `fewest` residuals, and where `when` does not hold.
    """
    wanted = F.when(when & (F.size(residuals) >= fewest), F.col(residuals))
    sized = rows.withColumns({
        "known": F.size(residuals),
        "ordered": F.sort_array(wanted),
        "sizes": F.sort_array(F.transform(wanted, F.abs)),
    })  # fmt: skip
    measured = sized.withColumns({
        "mad": at_least(middle(F.col("sizes")), _SMALLEST),
        "p99": at_least(percentile99(F.col("ordered")), _SMALLEST),
    })  # fmt: skip
    return measured.withColumn("deviation", _deviation()).drop("ordered", "sizes")


def _deviation() -> Column:
    most = F.col("mad") * _OUTLIER

    def add(total: Column, size: Column) -> Column:
        return total + F.least(size, most) * F.least(size, most)

    squares = F.aggregate("sizes", F.lit(0).cast("bigint"), add)
    root = F.sqrt(squares.cast("double") / F.size("sizes"))
    return F.when(F.col("sizes").isNotNull(), F.greatest(root, F.lit(_SMALLEST_DEVIATION)))
