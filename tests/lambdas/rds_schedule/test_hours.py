"""Office hours follow the clocks of their time zone, also when these are put forward or back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lambdas.rds_schedule.hours import Hours

BERLIN = Hours(zone="Europe/Berlin", start=8, length=8)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-01-14T06:59", False),  # a Wednesday in winter, 7:59 in Berlin
        ("2026-01-14T07:00", True),
        ("2026-01-14T14:59", True),
        ("2026-01-14T15:00", False),
        ("2026-07-15T05:59", False),  # in summer the hours begin an hour earlier in UTC
        ("2026-07-15T06:00", True),
        ("2026-07-15T14:00", False),
        ("2026-03-27T06:30", False),  # the Friday before the clocks go forward
        ("2026-03-30T06:30", True),  # the Monday after
        ("2026-10-23T06:30", True),  # the Friday before they go back
        ("2026-10-26T06:30", False),  # the Monday after
        ("2026-03-28T10:00", False),  # a Saturday
        ("2026-03-29T10:00", False),  # a Sunday
    ],
)
def test_the_clocks_decide(moment: str, is_open: bool) -> None:
    assert BERLIN.is_open(datetime.fromisoformat(moment).replace(tzinfo=UTC)) is is_open


def test_the_weekday_is_that_of_the_zone() -> None:
    """Friday evening in UTC is Saturday in Tokyo, Sunday evening is Monday."""
    tokyo = Hours(zone="Asia/Tokyo", start=0, length=8)
    assert not tokyo.is_open(datetime(2026, 1, 16, 16, tzinfo=UTC))
    assert tokyo.is_open(datetime(2026, 1, 18, 16, tzinfo=UTC))
