"""Refreshes of SPICE at a time of the day, in a local cloud that stays up."""

from __future__ import annotations

import datetime as dt
import threading

from moto.core.exceptions import ServiceException

from localcloud.quicksight.ingestions import Refreshes
from localcloud.quicksight.store import Store

TICK_SECONDS = 1.0


class DailyRefreshes:
    """Starts the scheduled refreshes of all datasets after `start`, each at its time of the day."""

    def __init__(self, store: Store, refreshes: Refreshes) -> None:
        self._store, self._refreshes = store, refreshes
        self._looked = dt.datetime.now(dt.UTC)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to start refreshes at their times."""
        self._thread = threading.Thread(target=self._run, name="daily refreshes", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Start no more refreshes."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(TICK_SECONDS):
            self.fire(dt.datetime.now(dt.UTC))

    def fire(self, now: dt.datetime) -> list[str]:
        """Start the refreshes whose time has come since the last call; return their datasets."""
        since, self._looked = self._looked, now
        due = [
            dataset
            for dataset, schedule in self._store.schedules()
            if since < _last(schedule["ScheduleFrequency"]["TimeOfTheDay"], now) <= now
        ]
        for dataset in due:
            try:
                self._refreshes.start(dataset, request_type="FULL_REFRESH", source="SCHEDULED")
            except ServiceException as error:
                self._store.context.report(f"daily refresh of {dataset}", error, of=dataset)
        return due


def _last(time: str, now: dt.datetime) -> dt.datetime:
    """Return the last moment up to `now` at which a clock in UTC showed the time, HH:MM."""
    hour, minute = map(int, time.split(":"))
    today = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return today if today <= now else today - dt.timedelta(days=1)
