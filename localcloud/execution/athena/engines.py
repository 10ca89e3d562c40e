"""Databases of DuckDB for queries: each is used once, and its successor is made while nobody waits for it.

A query locks its database against files and settings, so no second one can use it. To start another takes
longer than most queries.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb

from localcloud.execution.athena.sql.engine import prepare

MEMORY = "600MB"
"""Memory that a query may use before it spills to disk."""


class Engines:
    """Empty databases with Athena's settings. As many are kept as queries have run at the same time."""

    def __init__(self, spill: Path) -> None:
        """Keep none yet. `spill` is the folder for what does not fit into memory."""
        self._spill = spill
        self._ready: deque[Future[duckdb.DuckDBPyConnection]] = deque()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="athena-engine")

    @contextmanager
    def lend(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Lend the only connection of an empty database, which is closed afterwards."""
        try:
            connection = self._ready.popleft().result()
        except IndexError:
            connection = self._start()
        try:
            yield connection
        finally:
            self._ready.append(self._pool.submit(self._replace, connection))

    def _replace(self, used: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
        # First, so that the memory of both is never taken.
        used.close()
        return self._start()

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
