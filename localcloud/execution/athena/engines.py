"""Databases of DuckDB for queries, empty for each of them.

A query locks its database against files and settings. Only a query of exactly the same files can use it
again; for another one, a database is started in the background. To start one takes longer than most queries.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from localcloud.errors import LocalCloudError
from localcloud.execution.athena.catalog import literal
from localcloud.execution.athena.sql.engine import prepare

MEMORY = "600MB"
"""Memory that a query may use before it spills to disk."""


MOST_CLOSED = 12
"""Databases that are kept for further queries of their files."""


@dataclass(frozen=True, eq=False)
class Engine:
    """A database that may touch `files` only, and no setting any more, and the only connection to it.

    `functions` are those in Python that it has.
    """

    connection: duckdb.DuckDBPyConnection
    files: frozenset[Path]
    functions: set[str] = field(default_factory=set)


class Engines:
    """Empty databases with Athena's settings. As many are ready as queries have run at the same time."""

    def __init__(self, spill: Path) -> None:
        """Keep none yet. `spill` is the folder for what does not fit into memory."""
        self._spill = spill
        self._lock = threading.Lock()
        self._lent = self._most_lent = 0
        self._is_closed = False
        self._successors: list[Future[duckdb.DuckDBPyConnection]] = []
        self._closed: list[Engine] = []
        """Databases that are closed to all but their files, the one that was used last at the end."""
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

    @contextmanager
    def lend_for(self, files: frozenset[Path]) -> Iterator[Engine]:
        """Lend an empty database that may touch exactly `files`.

        The borrower defines functions, which mean the same in all queries, and begins a transaction for all
        else. It is rolled back, so that no other query finds anything of it. After an error the database is
        closed. Raises LocalCloudError after `close`.
        """
        known = self._take_closed(files)
        if known is not None:
            with self._using(known):
                yield known
            return
        with self._lend_open() as connection:
            engine = Engine(connection, files)
            with self._using(engine, is_new=True):
                yield engine

    @contextmanager
    def _lend_open(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Lend as `lend` does, but leave the database open."""
        ready = self._take()
        try:
            yield ready or self._start()
        finally:
            self._replace()

    @contextmanager
    def _using(self, engine: Engine, is_new: bool = False) -> Iterator[None]:
        """Lend a database, which is kept if no error ends the query."""
        is_kept = False
        try:
            if is_new:
                close_to(engine.connection, sorted(engine.files))
            yield
            engine.connection.rollback()
            is_kept = self._keep(engine)
        finally:
            if not is_kept:
                engine.connection.close()

    def _take_closed(self, files: frozenset[Path]) -> Engine | None:
        with self._lock:
            found = next((each for each in reversed(self._closed) if each.files == files), None)
            if found is not None:
                self._closed.remove(found)
            return found

    def _keep(self, engine: Engine) -> bool:
        """Return whether a database is kept; the one that has not been used for the longest time leaves."""
        with self._lock:
            if self._is_closed:
                return False
            self._closed.append(engine)
            left = self._closed[:-MOST_CLOSED]
            del self._closed[:-MOST_CLOSED]
        for each in left:
            each.connection.close()
        return True

    def close(self) -> None:
        """Lend no more, wait for the database that is being started, and close those that are ready."""
        with self._lock:
            self._is_closed = True
            successors, self._successors = self._successors, []
            closed, self._closed = self._closed, []
        self._pool.shutdown(wait=True, cancel_futures=True)
        for each in successors:
            if not each.cancelled() and each.exception() is None:
                each.result().close()
        for engine in closed:
            engine.connection.close()

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
                # A file that is written again has its new content.
                "enable_external_file_cache": False,
            }
        )
        prepare(connection)
        return connection


def close_to(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
    """Let the connection touch no file but `files`, and no setting any more."""
    allowed = ", ".join(literal(str(file)) for file in files)
    connection.execute(f"SET allowed_paths = [{allowed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
