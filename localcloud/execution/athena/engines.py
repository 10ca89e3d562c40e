"""Databases of DuckDB for queries: each is used once, and its successor is started in the background.

A query locks its database against files and settings, so no second one can use it. To start another takes
longer than most queries.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb

from localcloud.errors import LocalCloudError
from localcloud.execution.athena.sql.engine import prepare

MEMORY = "600MB"
"""Memory that a query may use before it spills to disk."""


class Engines:
    """Empty databases with Athena's settings. As many are kept as queries have run at the same time."""

    def __init__(self, spill: Path) -> None:
        """Keep none yet. `spill` is the folder for what does not fit into memory."""
        self._spill = spill
        self._lock = threading.Lock()
        self._lent = self._most_lent = 0
        self._is_closed = False
        self._successors: list[Future[duckdb.DuckDBPyConnection]] = []
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="athena-engine")

    @contextmanager
    def lend(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Lend the only connection of an empty database, which is closed afterwards.

        Raises LocalCloudError after `close`.
        """
        ready = self._take()
        try:
            connection = ready or self._start()
            try:
                yield connection
            finally:
                # Before its successor starts, so that the memory of both is never taken.
                connection.close()
        finally:
            self._replace()

    def close(self) -> None:
        """Lend no more, wait for the database that is being started, and close those that are ready."""
        with self._lock:
            self._is_closed = True
            successors, self._successors = self._successors, []
        self._pool.shutdown(wait=True, cancel_futures=True)
        for each in successors:
            if not each.cancelled() and each.exception() is None:
                each.result().close()

    def _take(self) -> duckdb.DuckDBPyConnection | None:
        """Return the connection of a database that has been started in the background, if there is one."""
        with self._lock:
            if self._is_closed:
                raise LocalCloudError("the local cloud stops.", where="Athena")
            self._lent += 1
            self._most_lent = max(self._most_lent, self._lent)
            # One that failed is forgotten: the query starts another, and has the error if that fails as well.
            self._successors = [each for each in self._successors if not each.done() or not each.exception()]
            ready = next((each for each in self._successors if each.done()), None)
            if ready is None:
                return None
            self._successors.remove(ready)
            return ready.result()

    def _replace(self) -> None:
        """Start the successor of a database that was lent, unless there are enough."""
        with self._lock:
            self._lent -= 1
            if not self._is_closed and len(self._successors) < self._most_lent:
                self._successors.append(self._pool.submit(self._start))

    def _start(self) -> duckdb.DuckDBPyConnection:
        self._spill.mkdir(parents=True, exist_ok=True)
        connection = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "temp_directory": str(self._spill),
                "autoinstall_known_extensions": False,
            }
        )
        prepare(connection)
        return connection
