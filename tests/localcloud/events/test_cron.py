"""Cron expressions name minutes, in the schedule's time zone."""

from __future__ import annotations

from datetime import datetime

import pytest

from infra.foundation.schedule import monthly
from localcloud.errors import UnsupportedError
from localcloud.events.cron import is_cron, matches

STARTS = "cron(0/15 9 ? * MON-FRI *)"


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-27T09:00", True),  # a Friday
        ("2026-11-27T09:45", True),
        ("2026-11-27T09:50", False),
        ("2026-11-27T10:00", False),
        ("2026-11-28T09:00", False),  # a Saturday
        ("2026-11-30T09:15", True),
    ],
)
def test_quarters_of_an_hour_on_weekdays(moment: str, expected: bool) -> None:
    assert matches(STARTS, datetime.fromisoformat(moment)) is expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [("2026-11-02T04:00", True), ("2026-12-02T04:00", True), ("2026-11-02T05:00", False),
     ("2026-11-27T04:00", False)],
)  # fmt: skip
def test_day_of_each_month(moment: str, expected: bool) -> None:
    assert matches(monthly(2, 4), datetime.fromisoformat(moment)) is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(30 9 27 11 ? 2026)", True),
        ("cron(30 9 27 NOV ? 2026-2027)", True),
        ("cron(10,30 * ? * FRI *)", True),
        ("cron(30 9 ? * 6 *)", True),
        ("cron(30 9 ? * SUN,SAT *)", False),
        ("cron(30 9 28 * ? *)", False),
        ("cron(30 9 ? * * 2027)", False),
        ("cron(0-20/10 9 ? * * *)", False),
    ],
)
def test_every_field_decides(expression: str, expected: bool) -> None:
    assert matches(expression, datetime(2026, 11, 27, 9, 30)) is expected


@pytest.mark.parametrize(
    "expression",
    ["cron(0 9 * * *)", "cron(0 9 L * ? *)", "cron(0 9 ? * 3#1 *)", "cron(60 9 ? * * *)", "rate(1 hour)"],
)
def test_what_does_not_fire_locally_is_named(expression: str) -> None:
    with pytest.raises(UnsupportedError) as refused:
        matches(expression, datetime(2026, 11, 27))
    assert expression in str(refused.value)


def test_rates_are_no_cron_expressions() -> None:
    assert is_cron(STARTS)
    assert not is_cron("rate(1 hour)")
