"""Months and ranges of days, at the ends of the calendar too."""

from __future__ import annotations

import datetime as dt

import pytest

from dashboard.periods import last_of, months_before, point_of, points, range_of
from lake.model.dashboards.fields import ALL_TIME, THIS_MONTH, Unit, last_days, last_months


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("month", "number", "before"),
    [
        ("2025-01-01", 1, "2024-12-01"),
        ("2025-10-01", 12, "2024-10-01"),
        ("0001-01-01", 1, "0001-01-01"),
        ("9999-12-01", -1, "9999-12-01"),
    ],
)
def test_months_before(month: str, number: int, before: str) -> None:
    assert months_before(day(month), number) == day(before)


def test_the_last_day_of_a_month() -> None:
    assert last_of(day("2024-02-01")) == day("2024-02-29")
    assert last_of(day("9999-12-01")) == dt.date.max


def test_periods_end_with_the_chosen_month_or_its_last_day_with_data() -> None:
    october, newest = day("2025-10-01"), day("2025-10-20")
    assert range_of(THIS_MONTH, october, newest) == (october, day("2025-10-31"))
    assert range_of(last_months(3), october, newest) == (day("2025-08-01"), day("2025-10-31"))
    assert range_of(last_days(14), october, newest) == (day("2025-10-07"), newest)
    assert range_of(ALL_TIME, october, newest) == (dt.date.min, dt.date.max)
    assert range_of(last_days(14), day("0001-01-01"), dt.date.min) == (dt.date.min, dt.date.min)


def test_a_trend_has_a_point_for_each_day_week_or_month() -> None:
    assert list(points(day("2025-01-31"), day("2025-02-02"), Unit.DAY)) == [
        day("2025-01-31"),
        day("2025-02-01"),
        day("2025-02-02"),
    ]
    assert list(points(day("2025-01-01"), day("2025-03-01"), Unit.MONTH)) == [
        day("2025-01-01"),
        day("2025-02-01"),
        day("2025-03-01"),
    ]
    assert point_of(day("2025-10-05"), Unit.WEEK) == day("2025-09-29")
    assert point_of(day("2025-10-05"), Unit.MONTH) == day("2025-10-01")
