"""MySQL's numbers become errors with a place and a remedy."""

from __future__ import annotations

import pymysql.err
import pytest

from glue_jobs.relational.errors import UnreachableError, is_lost, translated


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (1114, "the database's disk is full: why. Enlarge its storage"),
        (1213, "a lock was held by somebody else for too long: why. Find the session"),
        (2013, "the connection was lost: why. The next run loads what is missing."),
        (1062, "MySQL refused a statement: why. Two rows have one key."),
        (1064, "MySQL refused a statement: why. See docs/runbook.md"),
    ],
)
def test_numbers_have_a_remedy(code: int, text: str) -> None:
    assert str(translated(pymysql.err.OperationalError(code, "why"), "here")).startswith(f"here: {text}")


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (pymysql.err.InterfaceError(0, ""), True),
        (pymysql.err.OperationalError(2006, "gone"), True),
        (ConnectionResetError(), True),
        (pymysql.err.OperationalError(1213, "deadlock"), False),
        (ValueError("x"), False),
    ],
)
def test_lost_connections_are_recognised(error: Exception, lost: bool) -> None:
    assert is_lost(error) is lost


def test_a_lost_connection_means_that_the_database_is_unreachable() -> None:
    assert isinstance(translated(ConnectionResetError(), "here"), UnreachableError)
