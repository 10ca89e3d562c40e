"""Office hours: weekdays from an hour, for some hours, on the clocks of a time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Office hours of `length` hours from `start`, within one day of `zone`."""

    zone: str
    start: int
    length: int

    def is_open(self, now: datetime) -> bool:
        """Return whether a moment lies in office hours. The clocks decide, whatever the time of the year."""
        local = now.astimezone(ZoneInfo(self.zone))
        return local.weekday() < SATURDAY and self.start <= local.hour < self.start + self.length
