"""The life of one query execution: QUEUED, RUNNING, and a final state."""

from __future__ import annotations

import threading
import time
from typing import Any

import duckdb
from moto.athena import models

from localcloud.execution.athena.results import Result

INTERRUPT_INTERVAL = 0.05
"""Seconds between two attempts to interrupt a cancelled query."""


class Execution(models.Execution):
    """A query execution whose state changes with its progress. Times are seconds since the epoch.

    `role` is the ARN of the role that started it, None for the administrator.
    """

    role: str | None = None

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.state = "QUEUED"
        self.reason: str | None = None
        self.result = Result()
        self.started: float | None = None
        self.finished: float | None = None
        self.connection: duckdb.DuckDBPyConnection | None = None
        self.lock = threading.RLock()
        self.released = threading.Event()
        """Set when the worker has ended the query, finished or cancelled."""
        self.ended = threading.Event()
        """Set in a final state."""

    @property
    def status(self) -> str:
        """The state, under moto's name."""
        return self.state

    @status.setter
    def status(self, value: str) -> None:
        self.state = value

    def advance(self) -> None:
        """Do nothing: moto calls this when an execution is read, and reading must not change its state."""

    def begin(self) -> bool:
        """Enter RUNNING. Return False if the execution was cancelled while it was queued."""
        with self.lock:
            if self.state != "QUEUED":
                return False
            self.started, self.state = time.time(), "RUNNING"
            return True

    def finish(self, state: str, reason: str | None = None) -> None:
        """Enter a final state, unless the execution was cancelled, and release the query's worker."""
        with self.lock:
            self.finished, self.connection = self.finished or time.time(), None
            if self.state != "CANCELLED":
                self.state, self.reason = state, reason
        self.ended.set()
        self.released.set()

    def cancel(self) -> None:
        """Enter CANCELLED and interrupt the query. Do nothing in a final state."""
        with self.lock:
            if self.state not in ("QUEUED", "RUNNING"):
                return
            self.state, self.finished = "CANCELLED", time.time()
        self.ended.set()
        if self.started is not None:
            threading.Thread(target=self._interrupt, daemon=True).start()

    def _interrupt(self) -> None:
        """Interrupt the query repeatedly: DuckDB ignores an interrupt that arrives between two statements."""
        while not self.released.wait(INTERRUPT_INTERVAL):
            with self.lock:
                if self.connection is not None:
                    self.connection.interrupt()

    def use_connection(self, connection: duckdb.DuckDBPyConnection | None) -> None:
        """Remember the connection that runs the query, for `cancel`, or that none does any more."""
        with self.lock:
            self.connection = connection
