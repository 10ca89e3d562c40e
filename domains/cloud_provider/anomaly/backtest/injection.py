"""Seeded anomalies in the held-out days of a panel.

Kind, begin and size follow from a hash of the series' key and the seed, in whole percents, so they are the
same whatever the order of rows. Each series with enough days takes one anomaly, the kinds in turn.

- spike: one day costs 1.5 to 4 times as much.
- drop: three days cost 5 to 40 %.
- level shift: from a day on everything costs 1.6 to 3 times as much or, for one in three, 30 to 60 %.
- slow drift: two weeks in which the cost grows by 2 to 5 % of its usual height each day; it stays there.
- new service: the series begins on that day, and costs 1.5 to 3 times the 90th percentile of what the
  service costs everywhere.

The last three last: their first days are the case, and later ones are ignored, because a model may take them
for usual by then.
"""

from __future__ import annotations

from decimal import Decimal

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.backtest.cases import (
    CASE,
    DROP,
    IGNORED,
    KINDS,
    LABELLED,
    LEVEL_SHIFT,
    NEW_SERVICE,
    SERIES,
    SLOW_DRIFT,
    SPIKE,
    held_out,
)

SEED = 20141

KNOWN_BEFORE = 14
"""Costs that a series needs before the held-out days to take an anomaly."""

KNOWN_HELD_OUT = 7
"""Costs that it needs within them."""

LENGTHS = {SPIKE: 1, DROP: 3, LEVEL_SHIFT: 7, SLOW_DRIFT: 14, NEW_SERVICE: 7}
"""Days of a case by kind; fewer where the held-out days are fewer."""

_LASTING = (LEVEL_SHIFT, SLOW_DRIFT, NEW_SERVICE)
_COST = "decimal(28,6)"
_HUNDREDTH = Decimal("0.01")


def draw(subject: str, bound: int | Column, *more: str, seed: int = SEED) -> Column:
    """Return a whole number below `bound`, by the hash of the series' key, the seed and the subject."""
    limit = F.lit(bound) if isinstance(bound, int) else bound
    return F.pmod(F.xxhash64(F.lit(seed), F.lit(subject), *SERIES, *more), limit.cast("bigint"))


def inject(panels: DataFrame) -> DataFrame:
    """Return the costs of PANEL rows with anomalies in them, as LABELLED rows.

    The costs of a service that is new are removed before its first day. An anomaly that changes nothing,
    because the costs are zero, is no case.
    """
    series = Window.partitionBy(*SERIES)
    placed = (
        panels.join(F.broadcast(_anomalies(panels)), on=["panel", *SERIES], how="left")
        .withColumn("place", F.count_if(held_out()).over(series.orderBy("day")))
        .withColumn("age", F.when(held_out(), F.col("place") - F.col("start")))
        .withColumn("is_in", F.coalesce(F.col("age").between(F.lit(0), F.col("length") - 1), F.lit(False)))
    )
    is_new = F.coalesce(F.col("kind") == NEW_SERVICE, F.lit(False))
    lasting = F.coalesce(F.col("kind").isin(*_LASTING) & (F.col("age") >= F.col("length")), F.lit(False))
    base = F.when(is_new, F.col("high")).otherwise(F.col("cost_usd"))
    percents = F.round(base * _percent().cast("decimal(6,0)") * F.lit(_HUNDREDTH), 6)
    changed = placed.where(~is_new | F.coalesce(F.col("age") >= 0, F.lit(False))).withColumn(
        "injected_usd",
        F.when(F.col("is_in") | lasting, percents.try_cast(_COST)).otherwise(F.col("cost_usd")),
    )
    is_case = F.col("is_in") & (F.col("injected_usd") != F.col("cost_usd"))
    began = F.min(F.when(is_case, F.col("usage_date"))).over(series)
    return changed.where(F.col("injected_usd").isNotNull()).select(
        "panel",
        *SERIES,
        "usage_date",
        F.col("injected_usd").alias("cost_usd"),
        "day",
        "kind",
        F.when(is_case, CASE).when(F.col("is_in") | lasting, IGNORED).alias("label"),
        F.when(is_case, F.col("kind")).alias("case_kind"),
        F.when(is_case, began).alias("case_start"),
        F.when(is_case, F.abs(F.col("injected_usd") - F.col("cost_usd"))).alias("changed_usd"),
    ).select(*LABELLED)  # fmt: skip


def _anomalies(panels: DataFrame) -> DataFrame:
    """Return one row per series that takes an anomaly: kind, start and length (in held-out days), high."""
    known = panels.groupBy("panel", *SERIES).agg(
        F.count_if(~held_out()).alias("before"), F.count_if(held_out()).alias("held")
    )
    able = known.where((F.col("before") >= KNOWN_BEFORE) & (F.col("held") >= KNOWN_HELD_OUT))
    in_turn = Window.partitionBy("panel").orderBy(F.xxhash64(F.lit(SEED), F.lit("turn"), *SERIES), *SERIES)
    kind = F.element_at(F.array(*map(F.lit, KINDS)), (F.row_number().over(in_turn) % len(KINDS)) + 1)
    longest = F.element_at(F.create_map(*_pairs()), F.col("kind"))
    high = (
        panels.where(~held_out())
        .groupBy("service")
        .agg(F.expr("percentile_disc(0.9) WITHIN GROUP (ORDER BY cost_usd)").alias("high"))
    )
    chosen = able.withColumn("kind", kind).withColumn("length", F.least(longest, F.col("held")))
    starts = chosen.withColumn("start", 1 + draw("start", F.col("held") - F.col("length") + 1))
    return starts.join(F.broadcast(high), on="service", how="left").select(
        "panel", *SERIES, "kind", "start", "length", "high"
    )


def _pairs() -> list[Column]:
    return [F.lit(value) for pair in LENGTHS.items() for value in pair]


def _percent() -> Column:
    """Return what a day of an anomaly costs, in percent of its base; rows have `kind`, `age` and `length`."""
    step = 2 + draw("step", 4)
    grown = 100 + step * (F.least(F.col("age"), F.col("length") - 1) + 1)
    shifted = F.when(draw("way", 3) == 0, 30 + draw("low", 31)).otherwise(160 + draw("high", 141))
    return (
        F.when(F.col("kind") == SPIKE, 150 + draw("spike", 251))
        .when(F.col("kind") == DROP, 5 + draw("drop", 36, "day"))
        .when(F.col("kind") == LEVEL_SHIFT, shifted)
        .when(F.col("kind") == SLOW_DRIFT, grown)
        .when(F.col("kind") == NEW_SERVICE, 150 + draw("new", 151, "day"))
    )
