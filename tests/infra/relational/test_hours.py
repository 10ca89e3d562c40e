"""Office hours as cron expressions, and settings that are refused."""

from __future__ import annotations

import pytest

from infra.foundation.config import ConfigError
from infra.relational.hours import OfficeHours


def test_berlin_in_winter_and_summer() -> None:
    hours = OfficeHours(zone="Europe/Berlin", start=9, length=8)
    assert (hours.starts, hours.stops) == ("cron(0/15 9 ? * MON-FRI *)", "cron(0/15 17 ? * * *)")
    # 11 o'clock in winter, 12 in summer; the window of three hours ends within the hours.
    assert hours.rotation == "cron(0 10 ? * 3#1 *)"
    assert hours.backup_window == "12:00-12:30"


@pytest.mark.parametrize(("start", "length"), [(8, 4), (-1, 8), (18, 6)])
def test_hours_lie_within_a_day_and_are_long_enough(start: int, length: int) -> None:
    with pytest.raises(ConfigError, match="Choose at least 5 hours within one day"):
        OfficeHours(zone="Etc/UTC", start=start, length=length)


def test_the_time_zone_exists() -> None:
    with pytest.raises(ConfigError, match=r"'Mars/Base' is no time zone.*Europe/Berlin"):
        OfficeHours(zone="Mars/Base", start=8, length=8)
