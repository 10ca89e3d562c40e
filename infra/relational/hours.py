"""Office hours: when the database runs, as cron expressions of Scheduler and of Secrets Manager."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from infra.foundation.config import Config, ConfigError

QUARTERS = "0/15"
"""A start or stop is asked for four times: an instance between two states accepts neither."""

RETRIES = f"cron({QUARTERS} * ? * * *)"
"""When a stop that is overdue is tried again. The function does nothing in office hours."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

SHORTEST = 5
"""Hours: the rotation's window of three fits in, in winter and summer."""

WINTER = dt.date(2026, 1, 15)
WINTER_WEDNESDAY = dt.date(2026, 1, 14)


@dataclass(frozen=True, kw_only=True)
class OfficeHours:
    """Weekdays from the hour `start`, for `length` hours, in a time zone.

    Raises ConfigError if the zone is unknown or the hours do not lie within one day.
    """

    zone: str
    start: int
    length: int

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ConfigError(
                f"'{self.zone}' is no time zone.", where="office_zone", hint="Use a name like Europe/Berlin."
            ) from error
        if not (self.start >= 0 and self.length >= SHORTEST and self.start + self.length <= 23):
            raise ConfigError(
                f"office hours from {self.start} o'clock for {self.length} hours are too short, or end after "
                "23 o'clock.",
                where="office_start, office_hours",
                hint=f"Choose at least {SHORTEST} hours within one day.",
            )

    @classmethod
    def of(cls, config: Config) -> OfficeHours:
        """Return the office hours of an environment."""
        return cls(zone=config.office_zone, start=config.office_start, length=config.office_hours)

    @property
    def end(self) -> int:
        """The hour in which the database stops."""
        return self.start + self.length

    @property
    def starts(self) -> str:
        """When to start, in the time zone."""
        return f"cron({QUARTERS} {self.start} ? * MON-FRI *)"

    @property
    def stops(self) -> str:
        """When to stop, every day: what AWS or a person started at the weekend is stopped as well."""
        return f"cron({QUARTERS} {self.end} ? * * *)"

    @property
    def rotation(self) -> str:
        """When to rotate the secret: the first Tuesday of a month, in the middle of the hours.

        Secrets Manager knows UTC only. The window of three hours lies in office hours in winter and summer.
        """
        middle = self.start + (self.length - 3) // 2
        local = dt.datetime.combine(WINTER, dt.time(middle), ZoneInfo(self.zone))
        return f"cron(0 {local.astimezone(dt.UTC).hour} ? * 3#1 *)"

    @property
    def maintenance_window(self) -> str:
        """Half an hour for maintenance, UTC, on Wednesdays in office hours, after the backups.

        AWS starts no stopped instance for it: outside of these hours there would be none.
        """
        middle = dt.time(self.start + self.length // 2)
        local = dt.datetime.combine(WINTER_WEDNESDAY, middle, ZoneInfo(self.zone))
        begin = (local.astimezone(dt.UTC) + dt.timedelta(hours=1)).replace(minute=0)
        end = begin + dt.timedelta(minutes=30)
        return "-".join(f"{DAYS[moment.weekday()]}:{moment:%H:%M}" for moment in (begin, end))

    @property
    def backup_window(self) -> str:
        """Half an hour for backups, UTC, in office hours: a stopped instance makes none."""
        local = dt.datetime.combine(WINTER, dt.time(self.start + self.length // 2), ZoneInfo(self.zone))
        utc = local.astimezone(dt.UTC)
        return f"{utc:%H}:00-{utc:%H}:30"
