"""Made-up daily costs, the same in every training: they show whether a model still works on clean data.

Whatever happens to the real costs, these stay. A model that damaged data made look good is seen here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

MADE_UP = "made-up"
"""Series with a week, a trend, single outliers and, for one in three, a change of level long ago."""

MADE_UP_GAPS = "made-up, gaps"
"""The same kind of series, with days missing."""

FLAT = "flat"
"""Series without week and trend."""

PANELS = (MADE_UP, MADE_UP_GAPS, FLAT)
SEED = 7301
HELD_OUT_DAYS = 28
OUTLIERS_PER_THOUSAND = 6

_KEY = ("panel", "org_id", "service")
_MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many series a panel has, and the days before its held-out ones."""

    organisations: int = 5
    services: int = 4
    history_days: int = 260


STANDARD = Size()


def reference(spark: SparkSession, begin: date, *, seed: int = SEED, size: Size | None = None) -> DataFrame:
    """Return panel, org_id, service, usage_date, cost_usd and day; grain: the first four.

    Each panel has the series of `size`, by default STANDARD, without missing days. All costs are whole
    numbers of millionths, from hashes of key and `day`. So they do not depend on `begin`, the date of the
    first held-out day, nor does their week: it is counted from that day.
    """
    size = size or STANDARD
    days = size.history_days + HELD_OUT_DAYS
    per_panel = size.organisations * size.services * days
    number = F.col("id")
    within = number % per_panel
    series = F.floor(within / days)
    place = F.floor(number / per_panel) + 1
    rows = spark.range(len(PANELS) * per_panel, numPartitions=1).select(
        F.element_at(F.array(*map(F.lit, PANELS)), place.cast("int")).alias("panel"),
        F.concat(F.lit("org_"), F.floor(series / size.services)).alias("org_id"),
        F.concat(F.lit("service_"), series % size.services).alias("service"),
        (within % days - size.history_days).cast("int").alias("day"),
    )  # fmt: skip
    costs = rows.withColumn("usage_date", F.date_add(F.lit(begin), F.col("day")))
    usual = F.col("panel") == FLAT
    flat = _times(_level(seed), _noise(seed))
    lively = _times(_times(_times(flat, _week(seed)), _trend(seed, size.history_days)), _past(seed))
    millionths = F.when(usual, flat).otherwise(lively)
    cost = (millionths.cast("decimal(22,0)") * F.lit(_MILLIONTH)).cast("decimal(28,6)")
    return costs.select(*_KEY, "usage_date", cost.alias("cost_usd"), "day")


def _draw(seed: int, subject: str, bound: int, *more: str) -> Column:
    return F.pmod(F.xxhash64(F.lit(seed), F.lit(subject), *_KEY, *more), F.lit(bound).cast("bigint"))


def _times(value: Column, thousandths: Column) -> Column:
    return F.floor(value * thousandths / 1000)


def _level(seed: int) -> Column:
    """Return 20 to 500 dollars in millionths."""
    return (20_000 + _draw(seed, "level", 480_000)) * 1000


def _noise(seed: int) -> Column:
    """Return about ± 5 %, in thousandths: the sum of four draws is close to a bell curve."""
    draws = (_draw(seed, f"noise {turn}", 91, "day") for turn in range(4))
    return sum(draws, F.lit(1000 - 2 * 90))


def _week(seed: int) -> Column:
    """Return the share of the weekday: 900 to 1,100 thousandths, on weekends 450 to 850."""
    weekday = F.pmod("day", F.lit(7))
    weekend = 450 + _draw(seed, "weekend", 401)
    by_day = 900 + F.pmod(
        F.xxhash64(F.lit(seed), F.lit("weekday"), *_KEY, weekday), F.lit(201).cast("bigint")
    )
    return F.when(weekday >= 5, weekend).otherwise(by_day)


def _trend(seed: int, history_days: int) -> Column:
    """Return the growth since the first day: −0.05 to +0.25 % of the first level per day."""
    growth = _draw(seed, "trend", 301) - 50
    return 1000 + F.floor((F.col("day") + history_days) * growth / 100)


def _past(seed: int) -> Column:
    """Return what happened to a day of the history: a change of level before it, or a single outlier."""
    is_shifted = (_draw(seed, "shifts", 3) == 0) & (F.col("day") >= _draw(seed, "shift day", 140) - 200)
    level = F.when(is_shifted, 650 + _draw(seed, "shift size", 900)).otherwise(1000)
    is_outlier = (F.col("day") < 0) & (_draw(seed, "outlier", 1000, "day") < OUTLIERS_PER_THOUSAND)
    return F.when(is_outlier, F.lit(3) * level).otherwise(level)
