"""Daily refreshes start once, when their time of the day has come."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.server import LocalCloud
from tests.localcloud.quicksight.quicksight import OF, dataset

DAY = dt.datetime(2099, 11, 27, tzinfo=dt.UTC)


def at(hour: int, minute: int = 0, day: int = 0) -> dt.datetime:
    """Return a moment of the day, or of one after it."""
    return DAY + dt.timedelta(days=day, hours=hour, minutes=minute)


def test_refresh_starts_once_at_its_time(client: Any, cloud: LocalCloud) -> None:
    client.create_data_set(**dataset("daily"))
    schedule = {
        "ScheduleId": "daily",
        "RefreshType": "FULL_REFRESH",
        "ScheduleFrequency": {"Interval": "DAILY", "TimeOfTheDay": "06:00", "Timezone": "UTC"},
    }
    client.create_refresh_schedule(**OF, DataSetId="daily", Schedule=schedule)
    daily = cloud._daily
    assert daily is not None
    daily.fire(at(5))
    fired = [daily.fire(moment) for moment in (at(5, 59), at(6), at(6, 1), at(5, day=1), at(7, day=1))]
    assert fired == [[], ["daily"], [], [], ["daily"]]
    cloud.wait_idle(60)
    found = client.list_ingestions(**OF, DataSetId="daily")["Ingestions"]
    scheduled = [each["IngestionStatus"] for each in found if each["RequestSource"] == "SCHEDULED"]
    assert scheduled == ["COMPLETED"] * 3  # the first look was long before


@pytest.mark.parametrize(
    "frequency",
    [
        {"Interval": "HOURLY", "Timezone": "UTC"},
        {"Interval": "DAILY", "Timezone": "UTC"},
        {"Interval": "DAILY", "TimeOfTheDay": "06:00", "Timezone": "Europe/Berlin"},
    ],
)
def test_other_schedule_than_a_daily_one_is_refused(client: Any, frequency: dict[str, str]) -> None:
    schedule = {"ScheduleId": "odd", "RefreshType": "FULL_REFRESH", "ScheduleFrequency": frequency}
    with pytest.raises(ClientError, match="Only daily schedules with a time of the day in UTC"):
        client.create_refresh_schedule(**OF, DataSetId="daily", Schedule=schedule)
