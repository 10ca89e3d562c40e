"""Locks, lost connections, a stopped server and a full disk: the load waits, repeats, or says what to do."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pymysql.cursors import Cursor

from glue_jobs.relational import load as module
from glue_jobs.relational.connection import Connection, connect, run
from glue_jobs.relational.errors import RefusedError, RelationalError, UnreachableError
from glue_jobs.relational.load import Parts
from lake.naming.relational import load_lock
from tests.database import FIRST, JANUARY, Copy, expected, sale, with_
from tests.mysql import database


def test_a_second_load_waits_for_the_lock_and_finds_nothing_to_do(copy: Copy) -> None:
    copy.load(with_(sales={}))
    holder = copy.connect()
    run(holder, "SELECT GET_LOCK(%s, 0)", (load_lock(copy.name),))
    reports = []
    loads = [copy.prepared(FIRST), copy.prepared(FIRST)]
    threads = [
        threading.Thread(target=lambda load: reports.append(load.run()), args=(load,)) for load in loads
    ]
    for thread in threads:
        thread.start()
    holder.close()
    for thread in threads:
        thread.join()
    assert sorted(len(report.merged) for report in reports) == [0, 1]
    assert copy.state() == expected(FIRST)


def test_a_lock_that_is_not_freed_is_named(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOCK_WAIT_SECONDS", 0)
    holder = copy.connect()
    run(holder, "SELECT GET_LOCK(%s, 0)", (load_lock(copy.name),))
    with pytest.raises(RelationalError, match=rf"has held the lock 'caudal\.{copy.name}' .*KILL"):
        copy.load(FIRST)
    holder.close()


def test_the_transaction_is_repeated_after_a_lock_wait(copy: Copy) -> None:
    copy.load(FIRST)
    holder = copy.connect()
    holder.begin()
    run(holder, "UPDATE sales SET amount = 0 WHERE sale_id = 1")

    def connect() -> Connection:
        connection = copy.connect()
        run(connection, "SET SESSION innodb_lock_wait_timeout = 1")
        return connection

    def release(seconds: float) -> None:
        holder.rollback()

    changed = with_(sales={JANUARY: [sale(1, "11.00")]})
    load = copy.prepared(changed, connect=connect)
    module.Load(**{**vars(load), "pause": release}).run()
    holder.close()
    assert copy.state() == expected(changed)


def test_a_lock_that_stays_is_told_and_nothing_is_visible(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TRANSACTION_ATTEMPTS", 2)
    copy.load(FIRST)
    holder = copy.connect()
    holder.begin()
    run(holder, "UPDATE sales SET amount = amount + 1 WHERE sale_id = 1")

    def connect() -> Connection:
        connection = copy.connect()
        run(connection, "SET SESSION innodb_lock_wait_timeout = 1")
        return connection

    with pytest.raises(RelationalError, match=r"sales, month 2024-01, 2024-02: a lock .* SHOW PROCESSLIST"):
        copy.load(with_(sales={JANUARY: [sale(1, "11.00")]}, people={0: []}), connect=connect)
    holder.rollback()
    holder.close()
    assert copy.state() == expected(FIRST)
    assert copy.pauses == [2.0]


def test_a_lost_connection_is_repeated(copy: Copy) -> None:
    """The server ends the session that holds the lock while the rows are staged."""
    copy.load(with_(sales={}))
    load = copy.prepared(FIRST)
    ended: list[int] = []

    def prepare(table: str, months: Collection[int]) -> Parts:
        if not ended:
            [(owner,)] = copy.query("SELECT IS_USED_LOCK(%s)", load_lock(copy.name))
            copy.query(f"KILL {owner}")
            ended.append(owner)
        return load.prepare(table, months)

    module.Load(**{**vars(load), "prepare": prepare}).run()
    assert ended
    assert copy.state() == expected(FIRST)


BEFORE = with_(people={0: [("1", "Ann", "Rome"), ("5", None, None)]})
"""A load from here to FIRST deletes, updates and inserts people."""


@pytest.mark.parametrize(
    "statement",
    ["LOAD DATA LOCAL", "SELECT `stored_month`, COUNT", "DELETE l FROM", "UPDATE `people`", "REPLACE INTO"],
)
def test_a_connection_that_is_lost_at_a_statement_is_replaced(copy: Copy, statement: str) -> None:
    """The server ends the session that is about to run the statement."""
    copy.load(BEFORE)
    killed: list[int] = []

    class Killed(Cursor):
        def execute(self, query: str, args: Any = None) -> int:
            if query.startswith(statement) and not killed:
                killed.append(self.connection.thread_id())  # type: ignore[no-untyped-call]
                copy.query(f"KILL {killed[0]}")
            return super().execute(query, args)

    def connect() -> Connection:
        connection = copy.connect()
        connection.cursorclass = Killed
        return connection

    copy.load(FIRST, connect=connect)
    assert killed
    assert copy.pauses == [2.0]
    assert copy.state() == expected(FIRST)
    assert copy.staging_tables() == []


def test_a_stopped_database_is_told(copy: Copy) -> None:
    copy.load(FIRST)
    copy.server.stop()
    try:
        with pytest.raises(UnreachableError, match=r"does not answer: .* Check that the database is started"):
            copy.load(FIRST)
    finally:
        copy.server.start()
    assert copy.pauses == [2.0, 10.0, 30.0]


def test_a_database_that_comes_back_is_loaded(copy: Copy) -> None:
    load = copy.prepared(FIRST)
    copy.server.stop()

    def start(seconds: float) -> None:
        copy.server.start()

    module.Load(**{**vars(load), "pause": start}).run()
    assert copy.state() == expected(FIRST)


def test_a_password_that_was_rotated_meanwhile_is_read_again(copy: Copy) -> None:
    passwords = iter(["old", copy.server.password])
    load = copy.prepared(
        FIRST, connect=lambda: connect(replace(copy.access, password=next(passwords, "x")), copy.name)
    )
    with pytest.raises(RefusedError, match="refuses the user"):
        # The second connection, of a staging table, is refused again.
        load.run()
    assert copy.pauses == [2.0]
    once = iter(["old"])
    copy.load(
        FIRST,
        connect=lambda: connect(replace(copy.access, password=next(once, copy.server.password)), copy.name),
    )
    assert copy.state() == expected(FIRST)


@pytest.mark.usefixtures("server")
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    """The tables lie in one file that must not grow beyond 16 MB."""
    limits = ("--innodb-file-per-table=0", "--innodb-data-file-path=ibdata1:12M:autoextend:max:16M")
    small = database(tmp_path / "db", "x", limits)
    assert small is not None
    try:
        small.start()
        copy = Copy(small, "shop", tmp_path)
        copy.load(FIRST)
        people = [(str(number), "n" * 4000, None) for number in range(2000)]
        with pytest.raises(RelationalError, match=r"disk is full: .* Enlarge its storage"):
            copy.load(with_(people={0: people}))
        assert copy.state() == expected(FIRST)
        assert copy.staging_tables() == []
    finally:
        small.stop()
