"""PREPARE, EXECUTE and DEALLOCATE PREPARE, with the statements of a workgroup that the API keeps, too."""

from __future__ import annotations

from dataclasses import replace

import sqlglot

from localcloud.execution.athena.errors import QueryError
from localcloud.execution.athena.queries import Statement
from localcloud.execution.athena.results import Result
from localcloud.execution.athena.sql.parser import Dialect


def prepare(statement: Statement, name: str, sql: str) -> Result:
    """PREPARE name FROM statement."""
    if name in statement.prepared:
        raise QueryError("STATEMENT_ALREADY_EXISTS", f"Prepared statement {name} already exists")
    statement.prepared[name] = sql
    return Result(has_header=False)


def deallocate(statement: Statement, name: str) -> Result:
    """DEALLOCATE PREPARE name."""
    _find(statement, name)
    del statement.prepared[name]
    return Result(has_header=False)


def prepared(statement: Statement, name: str, values: str | None) -> Statement:
    """Return the statement that EXECUTE name [USING values] runs."""
    parameters = arguments(values) if values else statement.parameters
    return replace(statement, sql=_find(statement, name), parameters=tuple(parameters))


def _find(statement: Statement, name: str) -> str:
    if name not in statement.prepared:
        known = ", ".join(sorted(statement.prepared)) or "none"
        raise QueryError("NOT_FOUND", f"Prepared statement not found: {name}. Known: {known}")
    return statement.prepared[name]


def arguments(values: str) -> list[str]:
    """Return the expressions of a list that commas separate."""
    found, depth, start = [], 0, 0
    for token in sqlglot.tokenize(values, read=Dialect):
        depth += token.text in ("(", "[")
        depth -= token.text in (")", "]")
        if token.text == "," and depth == 0:
            found.append(values[start : token.start].strip())
            start = token.end + 1
    return [*found, values[start:].strip()]
