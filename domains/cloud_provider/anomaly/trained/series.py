"""Daily costs without their weekly season, and the lasting changes in them.

Columns that the functions add, for each organisation, service and day:

- `day`: the day as a number; `cost`: its cost; `usual`: the same, but null for days that people explained.
- `observations`: days with a usual cost in the WINDOW_DAYS before the day.
- `season`: the day's share of the cost of a typical day, in ten-thousandths.
- `flat`: the usual cost divided by its season.
- `recent`: the `flat` values before the day since the last lasting change, the newest last.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.trained.numbers import ONE, middle, millionths, quotient, share
from domains.cloud_provider.anomaly.trained.parameters import LEFT_OUT, MOST_LEVEL_COSTS

SERIES = ("org_id", "service")

WINDOW_DAYS = 182
"""Half a year: the days before a day from which its season and the spread of its residuals are taken."""

_WEEK = 7
_FEWEST_WEEKS = 3
_SMALLEST_SEASON = ONE // 100

_LEAD_COSTS = 7
_FEWEST_LEAD_COSTS = 5
_BASE_COSTS = 14
_FEWEST_BASE_COSTS = 8
_CHANGE_LIMIT = 3
_SMALLEST_CHANGE_PERCENT = 2


def with_usual_costs(daily_costs: DataFrame, feedback: DataFrame) -> DataFrame:
    """Return org_id, usage_date, service, cost_usd with `day`, `cost`, `usual` and `observations`.

    `daily_costs` has one row per organisation, day and service, `feedback` at most one verdict for each.
    """
    key = ["org_id", "usage_date", "service"]
    explained = feedback.where(F.col("verdict").isin(*LEFT_OUT)).select(*key, F.lit(True).alias("explained"))
    costs = daily_costs.select(*key, "cost_usd").join(explained.dropDuplicates(key), on=key, how="left")
    numbered = costs.repartition(*SERIES).withColumns(
        {"day": F.unix_date("usage_date"), "cost": millionths(F.col("cost_usd"))}
    )
    usual = numbered.withColumn("usual", F.when(F.col("explained").isNull(), F.col("cost")))
    window = _by_day().rangeBetween(-WINDOW_DAYS, -1)
    return usual.withColumn("observations", F.count("usual").over(window)).drop("explained")


def with_season(costs: DataFrame) -> DataFrame:
    """Add `season` and `flat`.

    The season is the median of cost ÷ median of the week around it, over the same weekdays in the window. The
    newest of them is a week old, so that the week around it has passed. Series with fewer than three such
    weekdays have no season.
    """
    around = F.collect_list("usual").over(_by_day().rangeBetween(-3, 3))
    typical = costs.withColumns({"typical": middle(F.sort_array(around)), "weekday": F.col("day") % _WEEK})
    compared = typical.withColumn("share", share(F.col("usual"), F.col("typical")))
    weekdays = Window.partitionBy(*SERIES, "weekday").orderBy("day").rangeBetween(-WINDOW_DAYS, -_WEEK)
    listed = compared.withColumn("shares", F.sort_array(F.collect_list("share").over(weekdays)))
    known = F.when(F.size("shares") >= _FEWEST_WEEKS, middle(F.col("shares")))
    season = F.greatest(F.coalesce(known, F.lit(ONE)), F.lit(_SMALLEST_SEASON))
    seasonal = listed.withColumn("season", season)
    flat = quotient(F.col("usual") * ONE, F.col("season"))
    return seasonal.withColumn("flat", flat).drop("typical", "weekday", "share", "shares")


def with_recent(costs: DataFrame) -> DataFrame:
    """Add `recent`: at most MOST_LEVEL_COSTS values."""
    changed = _with_changes(costs)
    earlier = _by_day().rowsBetween(Window.unboundedPreceding, -1)
    listed = changed.withColumns({
        "since": F.coalesce(F.max("change").over(earlier), F.lit(0)),
        "listed": F.collect_list("flat").over(_by_day().rowsBetween(-MOST_LEVEL_COSTS, -1)),
    })  # fmt: skip
    known = F.least(F.col("place") - F.col("since"), F.size("listed")).cast("int")
    return listed.withColumn("recent", last(F.col("listed"), known)).drop(
        "change", "place", "since", "listed"
    )


def last(values: Column, count: Column) -> Column:
    """Return the last `count` values of an array, all of them if there are fewer."""
    length = F.least(count, F.size(values))
    return F.slice(values, F.size(values) - length + 1, length)


def _with_changes(costs: DataFrame) -> DataFrame:
    """Add `place`, the number of usual costs before the day, and `change`.

    A change is lasting when a week of costs lies beyond three MAD of the two weeks before, all on one side.
    `change` is the place of the first of them, on the row of the last.
    """
    lead = _by_day().rowsBetween(1 - _LEAD_COSTS, 0)
    base = _by_day().rowsBetween(1 - _LEAD_COSTS - _BASE_COSTS, -_LEAD_COSTS)
    listed = costs.withColumns({
        "place": F.count("flat").over(_by_day().rowsBetween(Window.unboundedPreceding, -1)),
        "lead_costs": F.count("flat").over(lead),
        "lowest": F.min("flat").over(lead),
        "highest": F.max("flat").over(lead),
        "base": F.sort_array(F.collect_list("flat").over(base)),
    }).withColumn("center", middle(F.col("base")))  # fmt: skip
    distances = F.transform("base", lambda value: F.abs(value - F.col("center")))
    reach = _CHANGE_LIMIT * F.greatest(
        middle(F.sort_array(distances)), quotient(F.abs("center") * _SMALLEST_CHANGE_PERCENT, 100)
    )
    enough = (F.col("lead_costs") >= _FEWEST_LEAD_COSTS) & (F.size("base") >= _FEWEST_BASE_COSTS)
    beyond = (F.col("lowest") > F.col("center") + reach) | (F.col("highest") < F.col("center") - reach)
    first = F.col("place") + F.when(F.col("flat").isNull(), 0).otherwise(1) - F.col("lead_costs")
    return listed.withColumn("change", F.when(enough & beyond, first)).drop(
        "lead_costs", "lowest", "highest", "base", "center"
    )


def _by_day() -> WindowSpec:
    return Window.partitionBy(*SERIES).orderBy("day")
