"""Office hours as cron expressions, and settings that are refused."""

from __future__ import annotations

import datetime as dt

import pytest

from infra.foundation.config import ConfigError
from infra.relational.hours import DAYS, OfficeHours
from lambdas.rds_schedule.hours import Hours


def test_berlin_in_winter_and_summer() -> None:
    hours = OfficeHours(zone="Europe/Berlin", start=9, length=8)
    assert (hours.starts, hours.stops) == ("cron(0/15 9 ? * MON-FRI *)", "cron(0/15 17 ? * * *)")
    # 11 o'clock in winter, 12 in summer; the window of three hours ends within the hours.
    assert hours.rotation == "cron(0 10 ? * 3#1 *)"
    assert hours.backup_window == "12:00-12:30"
    assert hours.maintenance_window == "wed:13:00-wed:13:30"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Sydney", "Pacific/Auckland", "Asia/Kolkata",
                                  "America/Los_Angeles", "Etc/UTC"])  # fmt: skip
@pytest.mark.parametrize("length", [5, 8])
def test_maintenance_lies_in_office_hours_all_year_and_not_in_the_backups(zone: str, length: int) -> None:
    hours = OfficeHours(zone=zone, start=8, length=length)
    office = Hours(zone=zone, start=8, length=length)
    begin, end = (moment.split(":", 1) for moment in hours.maintenance_window.split("-"))
    assert hours.backup_window.split("-")[0] < begin[1] or begin[1] == "00:00"
    for monday in (dt.date(2026, 1, 12), dt.date(2026, 7, 13)):
        for day, clock in (begin, end):
            date = monday + dt.timedelta(days=DAYS.index(day))
            moment = dt.datetime.combine(date, dt.time.fromisoformat(clock), dt.UTC)
            assert office.is_open(moment), (hours.maintenance_window, monday)


@pytest.mark.parametrize(("start", "length"), [(8, 4), (-1, 8), (18, 6)])
def test_hours_lie_within_a_day_and_are_long_enough(start: int, length: int) -> None:
    with pytest.raises(ConfigError, match="Choose at least 5 hours within one day"):
        OfficeHours(zone="Etc/UTC", start=start, length=length)


def test_the_time_zone_exists() -> None:
    with pytest.raises(ConfigError, match=r"'Mars/Base' is no time zone.*Europe/Berlin"):
        OfficeHours(zone="Mars/Base", start=8, length=8)
