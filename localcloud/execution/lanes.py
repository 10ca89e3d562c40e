"""Who runs when: each lane has one worker and executes its runs one after another.

Batch jobs share a lane, because Spark itself is the parallelism; streaming jobs have their own, so
that a stream does not wait for a batch. A worker that dies is replaced for the next run.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localcloud.execution.spark_worker import Adopt, Outcome, SparkWorker

Prepare = Callable[[], dict[str, Any]]
"""Collects a run's request for the worker: script, libraries, arguments, environment."""


@dataclass
class Ticket:
    """One run that waits for, or holds, a lane's worker."""

    prepare: Prepare
    adopt: Adopt
    limit: float
    started: Callable[[], None]
    ended: Callable[[Outcome], None]
    holding: Callable[[], AbstractContextManager[None]] = nullcontext
    """What is held from before the script starts until `ended` has returned."""
    stopped: threading.Event = field(default_factory=threading.Event)


class Lane:
    """A queue of runs, a thread that serves it, and the worker that executes them.

    `report(where, error)` is told what nobody waits for.
    """

    def __init__(self, home: Path, name: str, report: Callable[[str, object], None]) -> None:
        self._report = report
        self._home = home
        self._name = name
        self._tickets: queue.Queue[Ticket | None] = queue.Queue()
        self._current: Ticket | None = None
        self._worker: SparkWorker | None = None
        self._lock = threading.RLock()
        self._peak = 0
        self._thread = threading.Thread(target=self._serve, name=f"lane-{name}", daemon=True)
        self._thread.start()

    def submit(self, ticket: Ticket) -> None:
        """Queue a run."""
        self._tickets.put(ticket)

    def warm_up(self) -> None:
        """Start the worker now, so that the first run does not wait for it. Returns at once."""
        self._ready_worker()

    def cancel(self, ticket: Ticket) -> None:
        """End a run: one that waits never starts, one that runs loses its worker."""
        with self._lock:
            waiting = self._current is not ticket and not ticket.stopped.is_set()
            ticket.stopped.set()
            if self._current is ticket and self._worker is not None:
                self._worker.kill()
        if waiting:
            ticket.ended(Outcome())

    def kill(self) -> bool:
        """SIGKILL the worker, as a lost machine would. Returns whether there was one."""
        with self._lock:
            if self._worker is None or not self._worker.is_alive():
                return False
            self._worker.kill()
            return True

    def close(self) -> None:
        """End the worker and the thread; runs that wait are dropped."""
        self._tickets.put(None)
        with self._lock:
            if self._current is not None:
                self._current.stopped.set()
            self.kill()
        self._thread.join(timeout=30)

    @property
    def pids(self) -> tuple[int, ...]:
        worker = self._worker
        return worker.pids if worker is not None and worker.is_alive() else ()

    def peak_memory(self) -> int:
        """Largest resident size of any worker of this lane so far, in bytes."""
        with self._lock:
            if self._worker is not None:
                self._peak = max(self._peak, self._worker.peak_memory())
            return self._peak

    def _ready_worker(self) -> SparkWorker:
        with self._lock:
            if self._worker is None or not self._worker.is_alive():
                self.peak_memory()
                self._worker = SparkWorker(self._home, self._name)
            return self._worker

    def _serve(self) -> None:
        while (ticket := self._tickets.get()) is not None:
            with self._lock:
                if ticket.stopped.is_set():
                    continue
                self._current = ticket
            try:
                with ticket.holding():
                    ticket.ended(self._execute(ticket))
            except Exception as error:  # the lane serves the next run whatever befell this one
                self._report(f"Glue lane {self._name}", error)
            with self._lock:
                self._current = None

    def _execute(self, ticket: Ticket) -> Outcome:
        try:
            request = ticket.prepare()
            worker = self._ready_worker()
            failure = worker.await_ready()
            if failure or ticket.stopped.is_set():
                return failure or Outcome()
            ticket.started()
            return worker.run(request, ticket.adopt, ticket.limit)
        except Exception as error:  # whatever keeps a run from starting is the outcome of the run
            return Outcome(error=f"{type(error).__name__}: {error}")
