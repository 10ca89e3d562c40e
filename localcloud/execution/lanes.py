"""Lanes: queues of job runs. Each lane has one worker, which executes the lane's runs one after another.

All batch jobs share a lane, because Spark parallelises within a job. Streaming jobs have a lane of their own,
so that a stream does not wait for a batch. A worker that dies is replaced for the next run.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localcloud.errors import LocalCloudError
from localcloud.execution.spark_settings import S3A
from localcloud.execution.spark_worker import Adopt, Outcome, SparkWorker

Prepare = Callable[[], dict[str, Any]]
"""Returns a run's request for the worker; see `SparkWorker.run`."""


@dataclass
class LaneRun:
    """A run that is queued in a lane or executing.

    `limit` is the time-out in seconds. `started` is called before the script starts, `ended` once at the end.
    """

    prepare: Prepare
    adopt: Adopt
    limit: float
    started: Callable[[], None]
    ended: Callable[[Outcome], None]
    during: Callable[[], AbstractContextManager[None]] = nullcontext
    """Returns a context that is entered before the script starts and left after `ended` has returned."""
    stopped: threading.Event = field(default_factory=threading.Event)
    """Set when the run is cancelled."""


class Lane:
    """A queue of runs, a thread that serves it, and the worker that executes them.

    `report(where, error)` receives errors that occur outside of a run, e.g. in `ended`. With `s3a` the
    worker's Spark calls S3 over HTTP; with `short_runs` its Java compiles quickly rather than well. `worker`
    is one that was started before with the same settings.
    """

    def __init__(
        self,
        home: Path,
        name: str,
        report: Callable[[str, object], None],
        s3a: S3A | None = None,
        short_runs: bool = False,
        worker: SparkWorker | None = None,
    ) -> None:
        self._s3a = s3a
        self._short_runs = short_runs
        self._report = report
        self._home = home
        self._name = name
        self._runs: queue.Queue[LaneRun | None] = queue.Queue()
        self._current: LaneRun | None = None
        self._worker = worker
        self._is_closed = False
        self._lock = threading.RLock()
        self._peak = 0
        self._thread = threading.Thread(target=self._serve, name=f"lane-{name}", daemon=True)
        self._thread.start()

    def submit(self, lane_run: LaneRun) -> None:
        """Add a run to the queue."""
        self._runs.put(lane_run)

    def warm_up(self) -> None:
        """Start the worker in the background, so that the first run does not wait for its start."""
        self._ready_worker()

    def cancel(self, lane_run: LaneRun) -> None:
        """Cancel a run: a queued run never starts, the worker of an executing run is killed."""
        with self._lock:
            is_queued = self._current is not lane_run and not lane_run.stopped.is_set()
            lane_run.stopped.set()
            if self._current is lane_run and self._worker is not None:
                self._worker.kill()
        if is_queued:
            lane_run.ended(Outcome())

    def kill(self) -> bool:
        """SIGKILL the worker, which simulates a lost machine. Returns whether there was a worker."""
        with self._lock:
            if self._worker is None or not self._worker.is_alive():
                return False
            self._worker.kill()
            return True

    def close(self) -> None:
        """Kill the worker and end the thread. Queued runs are dropped, and no worker starts any more."""
        with self._lock:
            self._is_closed = True
            if self._current is not None:
                self._current.stopped.set()
            self.kill()
        self._runs.put(None)
        self._thread.join(timeout=30)

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the living worker: Python and, once it is ready, the JVM."""
        worker = self._worker
        return worker.pids if worker is not None and worker.is_alive() else ()

    def peak_memory(self) -> int:
        """Return the largest resident size of any worker of this lane so far, in bytes."""
        with self._lock:
            if self._worker is not None:
                self._peak = max(self._peak, self._worker.peak_memory())
            return self._peak

    def _ready_worker(self) -> SparkWorker:
        """Return the living worker, started if there is none. Raises LocalCloudError in a closed lane."""
        with self._lock:
            if self._is_closed:
                raise LocalCloudError(
                    "the lane is closed: the local cloud stops.", where=f"lane {self._name}"
                )
            if self._worker is None or not self._worker.is_alive():
                self.peak_memory()
                self._worker = SparkWorker(self._home, self._name, self._s3a, self._short_runs)
            return self._worker

    def _serve(self) -> None:
        while (lane_run := self._runs.get()) is not None:
            with self._lock:
                if self._is_closed:
                    return
                if lane_run.stopped.is_set():
                    continue
                self._current = lane_run
            try:
                with lane_run.during():
                    lane_run.ended(self._execute(lane_run))
            except Exception as error:  # The lane must survive a failed run to execute the next one.
                self._report(f"Glue lane {self._name}", error)
            with self._lock:
                self._current = None

    def _execute(self, lane_run: LaneRun) -> Outcome:
        try:
            request = lane_run.prepare()
            worker = self._ready_worker()
            failure = worker.await_ready()
            if failure or lane_run.stopped.is_set():
                return failure or Outcome()
            lane_run.started()
            return worker.run(request, lane_run.adopt, lane_run.limit)
        except Exception as error:  # A run that cannot start has failed.
            return Outcome(error=f"{type(error).__name__}: {error}")
