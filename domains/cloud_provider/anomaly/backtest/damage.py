"""Gross damage in the daily costs, seen by weeks: such data promotes no model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from transforms.calendar import week_start

TIMES = 8
"""A week that costs so many times the median of its neighbours is damaged, or one with the inverse."""

NEIGHBOURS = 4
"""Weeks on either side that a week is compared with."""

LEAST_NEIGHBOURS = 3


@dataclass(frozen=True, kw_only=True)
class Week:
    """The costs of one week: its Monday, first and last day with a cost, sum and number of rows."""

    monday: date
    first: date
    last: date
    total: Decimal
    rows: int

    @property
    def mean(self) -> Decimal:
        """Mean daily cost of a series."""
        return self.total / self.rows


def weeks(costs: DataFrame) -> tuple[Week, ...]:
    """Return the weeks of daily costs (usage_date, cost_usd) in order. Only these sums reach the driver."""
    by_week = costs.groupBy(week_start(F.col("usage_date")).alias("monday")).agg(
        F.min("usage_date").alias("first"),
        F.max("usage_date").alias("last"),
        F.try_sum("cost_usd").alias("total"),
        F.count(F.lit(1)).alias("rows"),
    )
    rows = sorted(by_week.collect(), key=lambda row: row["monday"])
    return tuple(
        Week(**{**row.asDict(), "total": Decimal(0) if row["total"] is None else row["total"]})
        for row in rows
    )


def damage(known: Sequence[Week], since: date) -> Iterator[str]:
    """Yield a sentence for each week whose mean cost is far above or below that of its neighbours.

    Weeks that end before `since`, the first day that training reads, play no part. Costs that are zero
    throughout are damage, too. A week without any cost is none: it has no rows.
    """
    history = [week for week in known if week.last >= since]
    if history and not any(week.total for week in history):
        yield "All costs are zero: look at the source of the costs, and send them again."
        return
    for place, week in enumerate(history):
        near = [*history[max(0, place - NEIGHBOURS) : place], *history[place + 1 : place + 1 + NEIGHBOURS]]
        if len(near) < LEAST_NEIGHBOURS:
            continue
        usual = median(other.mean for other in near)
        if week.mean > TIMES * usual or TIMES * week.mean < usual:
            yield (
                f"In the week of {week.monday} a service costs {week.mean:.2f} USD a day on average, in the "
                f"weeks around it {usual:.2f}: correct these costs and train again."
            )
