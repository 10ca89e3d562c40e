"""A load that is killed at any statement leaves the state before or after it; the next load completes it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from glue_jobs.relational.connection import rows
from tests.database import Copy, Tables, Values, expected

ROOT = Path(__file__).resolve().parents[3]

BEFORE: Tables = {
    "people": {0: [("1", "Ana", "Rome"), ("2", None, None)]},
    "sales": {
        202401: [
            ("1", "1", "2024-01-05 10:00:00.000000", "10.00"),
            ("2", None, "2024-01-06 00:00:00.000000", "5.00"),
        ],
        202402: [("3", "2", "2024-02-05 10:00:00.000000", "30.00")],
    },
    "sale_lines": {202401: [("1", "pen", "1"), ("1", "ink", "2")]},
    "by_town": {0: [("Rome", "1"), (None, "2")]},
}
AFTER: Tables = {
    "people": {0: [("1", "Ana", "Oslo"), ("3", "Cy", "Rome")]},
    "sales": {
        202402: [
            ("3", "2", "2024-02-05 10:00:00.000000", "31.00"),
            ("1", "1", "2024-02-05 10:00:00.000000", "10.00"),
        ],
        202403: [("4", "3", "2024-03-05 10:00:00.000000", "1.00")],
    },
    "sale_lines": {202402: [("1", "pen", "1")], 0: [("9", "cup", "1")]},
    "by_town": {0: [("Oslo", "1"), ("Rome", "1"), (None, "1")]},
}
"""Deletes, updates and inserts in every table, a sale that moves, a month that goes and one that comes."""


def load(
    copy: Copy, tables: Tables, statement: int = 0, *, sent: bool = False, execution: str = "k1"
) -> str | None:
    """Run a load in a process that dies at a statement; return its output, None if it died."""
    given = {
        "server": str(copy.server.folder), "port": copy.server.port, "password": copy.server.password,
        "name": copy.name, "folder": str(copy.folder / "killed"), "tables": tables, "execution": execution,
        "statement": statement, "sent": sent,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.dying_load"], input=json.dumps(given), capture_output=True, text=True,
        cwd=ROOT, check=False,
    )  # fmt: skip
    if done.returncode == -signal.SIGKILL:
        return None
    assert done.returncode == 0, done.stderr
    return done.stdout


def snapshot(copy: Copy) -> dict[str, list[Values]]:
    """Return the rows of every table in one transaction."""
    connection = copy.connect()
    connection.begin()
    try:
        found = {}
        for schema in copy.schemas:
            columns = ", ".join(f"CAST({field.name} AS CHAR)" for field in schema.fields)
            order = ", ".join(schema.primary)
            found[schema.name] = rows(connection, f"SELECT {columns} FROM {schema.name} ORDER BY {order}")
        return found
    finally:
        connection.close()


def killed(copy: Copy, statement: int, *, sent: bool) -> bool:
    """Kill a load at a statement and repeat it; return whether it lived to its end."""
    copy.load(BEFORE)
    lived = load(copy, AFTER, statement, sent=sent) is not None
    assert snapshot(copy) in (expected(BEFORE), expected(AFTER))
    copy.load(AFTER)
    assert snapshot(copy) == expected(AFTER)
    assert copy.staging_tables() == []
    return lived


@pytest.mark.parametrize(("statement", "sent"), [(9, True), (24, False), (40, True), (52, True)])
def test_a_killed_load_is_completed_by_the_next(copy: Copy, statement: int, sent: bool) -> None:
    killed(copy, statement, sent=sent)


def test_a_killed_first_load_is_completed_by_the_next(copy: Copy) -> None:
    """It dies between the creation of two tables."""
    assert load(copy, AFTER, 14, sent=True) is None
    copy.load(AFTER)
    assert snapshot(copy) == expected(AFTER)


@contextmanager
def reading(copy: Copy) -> Iterator[list[int]]:
    """Read every table again and again; yield the numbers of reads, and of those that are no whole state."""
    whole = (expected(BEFORE), expected(AFTER))
    counts, done, lock = [0, 0], threading.Event(), threading.Lock()

    def read() -> None:
        connection = copy.connect()
        queries = []
        for schema in copy.schemas:
            columns = ", ".join(f"CAST({field.name} AS CHAR)" for field in schema.fields)
            queries.append(
                (schema.name, f"SELECT {columns} FROM {schema.name} ORDER BY {', '.join(schema.primary)}")
            )
        while not done.is_set():
            connection.begin()
            seen = {name: rows(connection, query) for name, query in queries}
            connection.commit()
            with lock:
                counts[0] += 1
                counts[1] += seen not in whole
        connection.close()

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        yield counts
    finally:
        done.set()
        for reader in readers:
            reader.join()


@pytest.mark.chaos
def test_a_load_that_is_killed_at_every_statement(copy: Copy) -> None:
    """Readers see 0 mixed states in at least 10,000 reads meanwhile."""
    copy.load(BEFORE)
    kills = 0
    with reading(copy) as counts:
        for sent in (False, True):
            statement = 1
            while not killed(copy, statement, sent=sent):
                kills += 1
                statement += 1
        while counts[0] < 10_000:
            copy.load(BEFORE)
            copy.load(AFTER)
    print(f"{kills} kills, {counts[0]} reads, {counts[1]} mixed")
    assert counts[1] == 0
    assert kills > 80
