"""Workers that start before the local cloud, whose modules take seconds to import."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from localcloud.execution.spark_worker import SparkWorker
from localcloud.lock import HomeLock


class EarlyWorkers:
    """The lock of a home folder and workers of its lanes, until a local cloud takes them.

    Use it as a context manager: its end kills the workers, and releases the lock, that nothing has taken.
    """

    def __init__(self, home: Path, *, short_runs: bool = False) -> None:
        """Lock `home`. Raises LocalCloudError if another local cloud uses it."""
        self.home = home.resolve()
        self.short_runs = short_runs
        self._lock: HomeLock | None = HomeLock(self.home)
        self._workers: dict[str, SparkWorker] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._workers:
            self._workers.popitem()[1].kill()
        if self._lock is not None:
            self.take_lock().release()

    def start(self, lane: str) -> None:
        """Start a lane's worker."""
        self._workers[lane] = SparkWorker(self.home, lane, short_runs=self.short_runs)

    def take_lock(self) -> HomeLock:
        """Return the lock, which its taker releases; at the second call take it anew."""
        lock, self._lock = self._lock, None
        return lock or HomeLock(self.home)

    def take(self, lane: str) -> SparkWorker | None:
        """Return a lane's worker once, which its taker kills; None if there is none."""
        return self._workers.pop(lane, None)
