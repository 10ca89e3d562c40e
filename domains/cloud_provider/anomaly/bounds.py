"""The bounds of usual costs: expected ± 3.5 MAD ÷ 0.6745, rounded once."""

from __future__ import annotations

from decimal import Decimal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from transforms.exact import ratio

_NOTHING = Decimal(0)
_CONSISTENCY = Decimal(6745)
_LIMIT = Decimal(35000)
_EXACT = "decimal(24,8)"


def with_bounds(costs: DataFrame, *, expected: str, mad: str) -> DataFrame:
    """Add expected_usd, lower_usd, upper_usd and impact_usd to rows with `cost_usd`.

    The columns `expected` and `mad` have at most eight digits after the point, in dollars as the others. All
    four are null where `mad` is 0 or null.
    """
    center = F.col(expected).try_cast(_EXACT)
    nothing = F.lit(_NOTHING)
    reach = F.lit(_LIMIT) * F.nullif(F.col(mad).try_cast(_EXACT), nothing)

    def bound(distance: Column) -> Column:
        exact = (F.lit(_CONSISTENCY) * center + distance) * F.lit(Decimal(100))
        return ratio(exact.try_cast("decimal(30,6)"), F.lit(6745 * 100))

    upper = F.col("upper_usd")
    # Columns of their own: as parts of an expression they would be computed at each of their occurrences.
    bounded = costs.withColumns({"lower_usd": bound(-reach), "upper_usd": bound(reach)})
    return bounded.withColumns({
        "expected_usd": F.when(upper.isNotNull(), F.round(expected, 6)),
        "lower_usd": F.when(upper.isNotNull(), F.greatest("lower_usd", nothing)),
        "impact_usd": F.when(upper.isNotNull(), F.greatest(F.col("cost_usd") - upper, nothing)),
    })  # fmt: skip
