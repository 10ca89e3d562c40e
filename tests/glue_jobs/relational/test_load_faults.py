"""Locks, lost connections, a stopped server and a full disk: the load waits, repeats, or says what to do."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from glue_jobs.relational import load as module
from glue_jobs.relational.connection import Connection, run
from glue_jobs.relational.errors import RelationalError, UnreachableError
from glue_jobs.relational.load import Changes, Parts
from lake.naming.relational import load_lock
from localcloud.database.mariadb import MariaDB, programs
from tests.database import FIRST, JANUARY, Copy, expected, sale, with_


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

    with pytest.raises(RelationalError, match=r"lock was held by somebody else .* SHOW PROCESSLIST"):
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

    def prepare(changes: Changes) -> Parts:
        if not ended:
            [(owner,)] = copy.query("SELECT IS_USED_LOCK(%s)", load_lock(copy.name))
            copy.query(f"KILL {owner}")
            ended.append(owner)
        return load.prepare(changes)

    module.Load(**{**vars(load), "prepare": prepare}).run()
    assert ended
    assert copy.state() == expected(FIRST)


def test_a_stopped_database_is_told(copy: Copy) -> None:
    copy.load(FIRST)
    copy.server.stop()
    try:
        with pytest.raises(UnreachableError, match=r"does not answer: .* Check that the database is started"):
            copy.load(FIRST)
    finally:
        copy.server.start()


def test_a_full_disk_is_told_and_leaves_nothing(server: MariaDB, tmp_path: Path) -> None:
    """The tables lie in one file that must not grow beyond 16 MB."""
    found = programs()
    assert found is not None
    limits = ("--innodb-file-per-table=0", "--innodb-data-file-path=ibdata1:12M:autoextend:max:16M")
    small = MariaDB(tmp_path / "db", found, password="x", options=limits)
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
