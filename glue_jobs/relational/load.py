"""A load: migrations, staging, and one transaction that makes all tables and months of a run visible."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import pymysql.err

from glue_jobs.relational import bookkeeping, staging
from glue_jobs.relational.connection import IDLE_SECONDS, Connection, rows, run
from glue_jobs.relational.content import Loaded, Months
from glue_jobs.relational.errors import (
    DEADLOCKS,
    NoAnswerError,
    RefusedError,
    RelationalError,
    is_lost,
    number_of,
    translated,
)
from glue_jobs.relational.merge import Merged, merge
from glue_jobs.relational.migrations import drop_leftovers, migrate
from lake.model.relational.schema import RelationalSchema
from lake.naming.relational import load_lock, load_table

CONNECTIONS = 3
"""Most tables that are staged at a time, each over a connection of its own."""

LOCK_WAIT_SECONDS = 180
"""Longest wait for another load. The server frees the lock of one that is gone after IDLE_SECONDS."""

PAUSES = (2.0, 10.0, 30.0)
"""Seconds before each further attempt after a lost connection: a server that starts again takes a while."""

TRANSACTION_ATTEMPTS = 5
PAUSE_SECONDS = 2.0

Result = TypeVar("Result")

Changes = Mapping[str, set[int]]
"""Table → the months that differ from MySQL."""

Parts = Callable[[int], Iterable[Path]]
"""Returns the text files with the rows of a month; none for a month that has gone."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """The result of a load: changed rows and months by table, unchanged months, and what is to be told."""

    merged: Mapping[str, Merged] = field(default_factory=dict)
    months: Changes = field(default_factory=dict)
    unchanged: int = 0
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Load:
    """One load of a domain: how to connect, what is declared, and how to read the lake.

    `contents` returns the content of every month by table. It is called under the lock: a load that waited
    for another one must not compare an older state. `prepare` writes the text files of a table's months, and
    returns how to find them; it is called for several tables at a time. `write_small` is called before with
    all of these tables and months, and may write those of small tables at once. All are called again after a
    lost connection.
    """

    connect: Callable[[], Connection]
    domain: str
    schemas: Sequence[RelationalSchema]
    contents: Callable[[], Mapping[str, Months]]
    prepare: Callable[[str, Collection[int]], Parts]
    execution: str
    at: datetime
    write_small: Callable[[Changes], None] = lambda _changes: None
    pause: Callable[[float], None] = time.sleep
    again: bool = False
    """Load every month, whatever the bookkeeping says."""

    def run(self) -> Report:
        """Make MySQL equal to the contents. Repeat it when the connection is lost, or the server is away.

        A user that is refused has one more attempt. Raises RelationalError if that fails; readers then see
        the state before.
        """
        pauses = list(PAUSES)
        while True:
            try:
                return self._attempt()
            except NoAnswerError:
                if not pauses:
                    raise
            except RefusedError:
                if len(pauses) < len(PAUSES):
                    raise
            except (pymysql.err.Error, OSError) as error:
                if not is_lost(error) or not pauses:
                    raise translated(error, f"relational copy of {self.domain}") from error
            self.pause(pauses.pop(0))

    def _attempt(self) -> Report:
        connection = self.connect()
        try:
            self._lock(connection)
            drop_leftovers(connection, self.pause)
            messages = migrate(connection, self.schemas, self.pause)
            contents = _call(connection, self.contents)
            changes = self._changes(contents, bookkeeping.read(connection))
            months = sum(len(each) for each in contents.values())
            unchanged = months - sum(len(changes[name] & set(contents[name])) for name in changes)
            if not changes:
                return Report(unchanged=unchanged, messages=tuple(messages))
            tables = {
                schema.name: load_table(self.execution, position)
                for position, schema in enumerate(self.schemas)
                if schema.name in changes
            }
            try:
                self._stage(connection, contents, changes, tables)
                merged = self._transaction(connection, contents, changes, tables)
            finally:
                self._drop(connection, tables)
            return Report(merged=merged, months=changes, unchanged=unchanged, messages=tuple(messages))
        finally:
            # Closing frees the lock. A connection that is lost cannot say goodbye.
            with suppress(pymysql.err.Error, OSError):
                connection.close()

    def _lock(self, connection: Connection) -> None:
        name = load_lock(self.domain)
        [(got,)] = rows(connection, "SELECT GET_LOCK(%s, %s)", (name, LOCK_WAIT_SECONDS))
        if got != 1:
            [(owner,)] = rows(connection, "SELECT IS_USED_LOCK(%s)", (name,))
            raise RelationalError(
                f"another load has held the lock '{name}' for {LOCK_WAIT_SECONDS} s (connection {owner}).",
                where=f"relational copy of {self.domain}",
                hint="Wait for it, or end it with KILL; the next run loads what is missing.",
            )

    def _changes(
        self, contents: Mapping[str, Months], loaded: Mapping[str, Mapping[int, Loaded]]
    ) -> dict[str, set[int]]:
        found = {}
        for schema in self.schemas:
            before = loaded.get(schema.name, {})
            months = bookkeeping.changed(schema, contents[schema.name], before)
            if self.again:
                months = {*months, *before, *contents[schema.name]}
            if months:
                found[schema.name] = months
        return found

    def _stage(
        self,
        connection: Connection,
        contents: Mapping[str, Months],
        changes: Changes,
        tables: Mapping[str, str],
    ) -> None:
        """Fill and check the staging table of each changed table."""
        wanted = {name: months & set(contents[name]) for name, months in changes.items()}
        _call(connection, lambda: self.write_small(wanted))
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            tasks = {
                pool.submit(self._fill, schema, tables[schema.name], wanted[schema.name], contents)
                for schema in self.schemas
                if schema.name in changes
            }
            _wait(connection, tasks)

    def _fill(
        self, schema: RelationalSchema, name: str, months: set[int], contents: Mapping[str, Months]
    ) -> None:
        wanted = {month: contents[schema.name][month] for month in months}
        parts = self.prepare(schema.name, months)
        connection = self.connect()
        try:
            staging.create(connection, schema, name)
            for month in sorted(wanted):
                try:
                    staging.fill(connection, schema, name, month, parts(month))
                except pymysql.err.Error as error:
                    if is_lost(error):
                        raise
                    raise translated(error, staging.place(schema, [month])) from error
            staging.verify(connection, schema, name, wanted)
        finally:
            with suppress(pymysql.err.Error, OSError):
                connection.close()

    def _transaction(
        self,
        connection: Connection,
        contents: Mapping[str, Months],
        changes: Changes,
        tables: Mapping[str, str],
    ) -> dict[str, Merged]:
        """Make all changes visible at once; repeat the transaction after a deadlock."""
        for attempt in range(1, TRANSACTION_ATTEMPTS + 1):
            where = f"relational copy of {self.domain}, transaction"
            merged = {}
            try:
                run(connection, "SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
                connection.begin()
                for schema in self.schemas:
                    if schema.name in changes:
                        where = staging.place(schema, changes[schema.name])
                        merged[schema.name] = self._merge(
                            connection,
                            schema,
                            contents[schema.name],
                            changes[schema.name],
                            tables[schema.name],
                        )
                connection.commit()
                return merged
            except pymysql.err.Error as error:
                if is_lost(error):
                    raise
                connection.rollback()
                if number_of(error) not in DEADLOCKS or attempt == TRANSACTION_ATTEMPTS:
                    raise translated(error, where) from error
                self.pause(PAUSE_SECONDS * attempt)
        raise AssertionError("the last attempt returns or raises")

    def _merge(
        self, connection: Connection, schema: RelationalSchema, contents: Months, months: set[int], table: str
    ) -> Merged:
        """Make months of one table equal to its staging table, and record them, in the open transaction."""
        # On request rows go that no month of the bookkeeping names: somebody inserted them by hand.
        merged = merge(connection, schema, table, None if self.again else months)
        bookkeeping.write(connection, schema, contents, months, execution=self.execution, at=self.at)
        return merged

    def _drop(self, connection: Connection, tables: Mapping[str, str]) -> None:
        """Drop the staging tables. What cannot be dropped now, the next load drops."""
        with suppress(pymysql.err.Error, OSError):
            for name in tables.values():
                staging.drop(connection, name)


def _call(connection: Connection, function: Callable[[], Result]) -> Result:
    """Return the function's result; the session that holds the lock is kept alive meanwhile."""
    with ThreadPoolExecutor(1) as pool:
        task = pool.submit(function)
        _wait(connection, {task})
        return task.result()


def _wait(connection: Connection, tasks: set[Future[Any]]) -> None:
    """Wait for the tasks and keep the session that holds the lock alive; raise the first failure."""
    pending = tasks
    while pending:
        done, pending = wait(pending, timeout=IDLE_SECONDS / 3, return_when=FIRST_EXCEPTION)
        for task in done:
            if error := task.exception():
                for other in pending:
                    other.cancel()
                raise error
        connection.ping(reconnect=False)
