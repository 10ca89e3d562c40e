"""Execution of statements by kind: SELECT, CREATE TABLE AS, SHOW, DESCRIBE, DROP and MSCK REPAIR."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from localcloud.execution.athena.catalog import (
    CatalogTable,
    database_names,
    load_table,
    partitions,
    table_names,
)
from localcloud.execution.athena.errors import QueryError
from localcloud.execution.athena.queries import Statement, select
from localcloud.execution.athena.results import Result
from localcloud.execution.athena.sql.parser import parse
from localcloud.execution.athena.statements.create_table import create_table_as
from localcloud.execution.crawler import update_partitions


def execute(statement: Statement) -> Result:
    """Execute a statement and return its result.

    Raises QueryError with Athena's reason of a failure, and ScanLimitError beyond `statement.limit`.
    """
    for pattern, command in _COMMANDS:
        match = re.fullmatch(pattern, statement.sql.strip().rstrip(";").strip(), re.IGNORECASE | re.DOTALL)
        if match:
            return command(statement, *(group and group.strip('`"') for group in match.groups()))
    parsed = parse(statement.sql, statement.parameters)
    if isinstance(parsed, exp.Query):
        return select(statement, parsed)
    if isinstance(parsed, exp.Create) and parsed.kind == "TABLE" and isinstance(parsed.expression, exp.Query):
        return create_table_as(statement, parsed)
    raise QueryError("NOT_SUPPORTED", f"{parsed.key.upper()} statements are not executed locally")


def _show_tables(statement: Statement, database: str | None, pattern: str | None) -> Result:
    names = table_names(statement.glue, (database or statement.database).lower())
    if pattern:
        wanted = re.compile(pattern.strip("'").replace("*", ".*"), re.IGNORECASE)
        names = [name for name in names if wanted.fullmatch(name)]
    return Result.of_lines("tab_name", names)


def _show_databases(statement: Statement) -> Result:
    return Result.of_lines("database_name", database_names(statement.glue))


def _load_table(statement: Statement, database: str | None, name: str) -> CatalogTable:
    owner = (database or statement.database).lower()
    return load_table(statement.context, statement.glue, owner, name.lower())


def _describe(statement: Statement, database: str | None, name: str) -> Result:
    table = _load_table(statement, database, name)
    lines = [f"{column:<20}\t{kind:<20}\t" for column, kind in {**table.columns, **table.keys}.items()]
    if table.keys:
        lines += ["", "# Partition Information", f"{'# col_name':<20}\t{'data_type':<20}\tcomment", ""]
        lines += [f"{column:<20}\t{kind:<20}\t" for column, kind in table.keys.items()]
    return Result.of_lines("col_name", lines)


def _show_columns(statement: Statement, database: str | None, name: str) -> Result:
    table = _load_table(statement, database, name)
    return Result.of_lines("field", [*table.columns, *table.keys])


def _show_partitions(statement: Statement, database: str | None, name: str) -> Result:
    table = _load_table(statement, database, name)
    found = partitions(statement.glue, table.database, table.name)
    rows = [
        "/".join(f"{key}={value}" for key, value in zip(table.keys, partition["Values"], strict=True))
        for partition in found
    ]
    return Result.of_lines("partition", rows)


def _drop_table(statement: Statement, if_exists: str | None, database: str | None, name: str) -> Result:
    owner = (database or statement.database).lower()
    if name.lower() in table_names(statement.glue, owner):
        statement.glue.delete_table(DatabaseName=owner, Name=name.lower())
    elif not if_exists:
        _load_table(statement, owner, name)
    return Result(has_header=False)


def _repair_table(statement: Statement, database: str | None, name: str) -> Result:
    table = _load_table(statement, database, name)
    update_partitions(statement.context, None, table.database, table.name)
    return Result(has_header=False)


# The patterns' groups are the arguments of the command, without quotes.
_NAME = r"""(?:([`"]?\w+[`"]?)\.)?([`"]?\w+[`"]?)"""
_COMMANDS: tuple[tuple[str, Callable[..., Result]], ...] = (
    (r"""SHOW\s+TABLES(?:\s+(?:IN|FROM)\s+([`"]?\w+[`"]?))?(?:\s+(?:LIKE\s+)?('[^']*'))?""", _show_tables),
    (r"SHOW\s+(?:DATABASES|SCHEMAS)", _show_databases),
    (rf"SHOW\s+COLUMNS\s+(?:IN|FROM)\s+{_NAME}", _show_columns),
    (rf"SHOW\s+PARTITIONS\s+{_NAME}", _show_partitions),
    (rf"(?:DESCRIBE|DESC)\s+{_NAME}", _describe),
    (rf"DROP\s+TABLE\s+(IF\s+EXISTS\s+)?{_NAME}", _drop_table),
    (rf"MSCK\s+REPAIR\s+TABLE\s+{_NAME}", _repair_table),
)
