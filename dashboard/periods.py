"""Months and days: the chosen month, the month before it, and the range that a period names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from lake.model.dashboards.fields import Period, Unit

Range = tuple[dt.date, dt.date]
"""First and last day, both included."""


def first_of(day: dt.date) -> dt.date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def months_before(month: dt.date, number: int) -> dt.date:
    """Return the first day of the month `number` months before; the first month of all if there is none."""
    index = min(max(month.year * 12 + month.month - 1 - number, 12), dt.MAXYEAR * 12 + 11)
    return dt.date(index // 12, index % 12 + 1, 1)


def last_of(month: dt.date) -> dt.date:
    """Return the last day of a month."""
    if (month.year, month.month) == (dt.MAXYEAR, 12):
        return dt.date.max
    following = dt.date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return following - dt.timedelta(days=1)


def range_of(period: Period, month: dt.date, newest: dt.date) -> Range:
    """Return the days of a period that ends with `month`.

    A period of days ends with `newest`, the last day with data in or before that month.
    """
    if period.number == 0:
        return dt.date.min, dt.date.max
    if period.unit is Unit.DAY:
        return newest - dt.timedelta(days=min(period.number - 1, newest.toordinal() - 1)), newest
    return months_before(month, period.number - 1), last_of(month)


def points(first: dt.date, last: dt.date, unit: Unit) -> Iterator[dt.date]:
    """Yield the first day of each day, week or month between two points of a trend."""
    current = first
    while current <= last:
        yield current
        if unit is Unit.MONTH:
            current = last_of(current) + dt.timedelta(days=1)
        else:
            current += dt.timedelta(days=7 if unit is Unit.WEEK else 1)


def point_of(day: dt.date, unit: Unit) -> dt.date:
    """Return the point of a trend that a day belongs to: the day, its Monday, or the first of its month."""
    if unit is Unit.WEEK:
        return day - dt.timedelta(days=day.weekday())
    return first_of(day) if unit is Unit.MONTH else day
