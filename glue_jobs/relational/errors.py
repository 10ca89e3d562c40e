"""Errors of loads, and what MySQL's error numbers mean for an operator."""

from __future__ import annotations

import ssl

import pymysql.err

from lake.errors import CaudalError

DEADLOCKS = frozenset({1205, 1213})
"""Lock wait time-out and deadlock: the transaction can be repeated on the same connection."""

LOST = frozenset({0, 1053, 1927, 2006, 2013, 2055, 4031})
"""The connection is gone, with its transaction and its lock: the load can be repeated on a new one."""

FULL = frozenset({3, 1021, 1026, 1114})
REFUSED = frozenset({1044, 1045, 1142, 1227, 1698})
UNKNOWN_SCHEMA = 1049
UNREACHABLE = frozenset({2002, 2003, 2005})

_FIX_DATA = "Correct the rows and send them again, or widen the column in relational.py and deploy."
_NULL_KEY = "A column of the key is null. Run the pipeline with full_refresh, or correct the key."
WARNINGS = {
    1062: "Two rows have one key. Correct the key in relational.py, or the rows.",
    1264: _FIX_DATA,
    1265: _FIX_DATA,
    1366: _FIX_DATA,
    1406: _FIX_DATA,
    1048: _NULL_KEY,
    1263: _NULL_KEY,
}


class RelationalError(CaudalError):
    """A load did not change the relational copy. The message names the table and month, if it is one."""


class UnreachableError(RelationalError):
    """The database does not answer, or not to this client."""


class NoAnswerError(UnreachableError):
    """The server is away. It may come back."""


class RefusedError(UnreachableError):
    """The server refuses the user. The password may have changed since it was read."""


def number_of(error: BaseException) -> int:
    """Return MySQL's number of an error, -1 if it has none."""
    if isinstance(error, pymysql.err.InterfaceError):
        return 0
    code = error.args[0] if isinstance(error, pymysql.err.Error) and error.args else -1
    return code if isinstance(code, int) else -1


def is_lost(error: BaseException) -> bool:
    """Return whether the connection is gone."""
    return isinstance(error, (ConnectionError, TimeoutError)) or number_of(error) in LOST


def translated(error: Exception, where: str) -> RelationalError:
    """Return the error with its place and the remedy. Nothing that the load changed is visible."""
    code, text = number_of(error), _text(error)
    if code in FULL:
        return RelationalError(
            f"the database's disk is full: {text}", where=where, hint="Enlarge its storage; the next run "
            "loads what is missing."
        )  # fmt: skip
    if code in DEADLOCKS:
        return RelationalError(
            f"a lock was held by somebody else for too long: {text}",
            where=where,
            hint="Find the session in information_schema.innodb_trx or SHOW PROCESSLIST, and end it; the "
            "next run loads what is missing.",
        )
    if is_lost(error):
        return UnreachableError(
            f"the connection was lost: {text}", where=where, hint="The next run loads what is missing."
        )
    return RelationalError(
        f"MySQL refused a statement: {text}",
        where=where,
        hint=WARNINGS.get(code, "See docs/runbook.md, section 'The relational copy'."),
    )


def connecting(error: Exception, address: str) -> UnreachableError:
    """Return the error of an attempt to connect, with its remedy."""
    code, text = number_of(error), _text(error)
    if isinstance(error.__context__, ssl.SSLError) or "CERTIFICATE" in text or "SSL" in text.upper():
        hint = "Check that the CA bundle is that of the database's region, and the host that of the secret."
        return UnreachableError(f"the server's certificate is not accepted: {text}", where=address, hint=hint)
    if code in REFUSED:
        hint = "Check user and password in the database's secret; after a rotation, run the load again."
        return RefusedError(f"the server refuses the user: {text}", where=address, hint=hint)
    hint = "Check that the database is started, and that the security group lets the job through."
    return NoAnswerError(f"the server does not answer: {text}", where=address, hint=hint)


def _text(error: BaseException) -> str:
    return (str(error.args[-1]) if error.args else str(error)).rstrip(".") + "."
