"""Calendar units of the published tables: days of the week, weeks and months."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F


def month_start(day: Column) -> Column:
    """Return the first day of the month of a date or timestamp, as a date."""
    return F.trunc(day, "month")


def week_start(day: Column) -> Column:
    """Return the Monday of the ISO week of a date or timestamp, as a date."""
    return F.trunc(day, "week")


def day_of_week(day: Column) -> Column:
    """Return the ISO day of the week as an int, 1 = Monday to 7 = Sunday."""
    return F.weekday(day) + 1
