"""Execution of statements by kind: SELECT, CREATE TABLE AS, SHOW, DESCRIBE, DROP and MSCK REPAIR."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from localcloud.execution.athena.catalog import CatalogTable, database_names, load_table, table_names
from localcloud.execution.athena.errors import QueryError
from localcloud.execution.athena.queries import Statement, select
from localcloud.execution.athena.results import Result, ResultColumn
from localcloud.execution.athena.sql.parser import parse
from localcloud.execution.athena.statements.comments import without_comments
from localcloud.execution.athena.statements.create_table import create_table_as
from localcloud.execution.athena.statements.prepared import deallocate, prepare, prepared
from localcloud.execution.athena.statements.unload import unload
from localcloud.execution.athena.statements.views import create_view, drop_view, show_create_view, show_views
from localcloud.execution.crawler import update_partitions


def execute(statement: Statement) -> Result:
    """Execute a statement and return its result.

    Raises QueryError with Athena's reason of a failure, and ScanLimitError beyond `statement.limit`.
    """
    body = without_comments(statement.sql)
    executed = re.fullmatch(r"EXECUTE\s+(\w+)(?:\s+USING\s+(.*))?", body, re.IGNORECASE | re.DOTALL)
    if executed:
        return execute(prepared(statement, *executed.groups()))
    for pattern, command in _COMMANDS:
        match = re.fullmatch(pattern, body, re.IGNORECASE | re.DOTALL)
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
    return load_table(statement.caller, owner, name.lower())


def _describe(statement: Statement, database: str | None, name: str) -> Result:
    """Return one line for each column: name, type and comment, padded, between tabs."""
    table = _load_table(statement, database, name)
    declared = [
        *table.raw.get("StorageDescriptor", {}).get("Columns", []),
        *table.raw.get("PartitionKeys", []),
    ]
    comments = {column["Name"].lower(): column.get("Comment", "") for column in declared}
    lines = [_line(column, kind, comments) for column, kind in {**table.columns, **table.keys}.items()]
    if table.keys:
        head = f"{'# col_name':<20}\t{'data_type':<20}\t{'comment':<20}"
        blank = f"{'':<20}\t{'':<20}\t{'':<20}"
        lines += [blank, f"{'# Partition Information':<20}\t{'':<20}\t{'':<20}", head, blank]
        lines += [_line(column, kind, comments) for column, kind in table.keys.items()]
    columns = tuple(ResultColumn(name, "string") for name in ("col_name", "data_type", "comment"))
    return Result(columns=columns, rows=tuple((line,) for line in lines), has_header=False)


def _line(column: str, kind: str, comments: dict[str, str]) -> str:
    return f"{column:<20}\t{kind:<20}\t{comments.get(column, ''):<20}"


def _show_columns(statement: Statement, database: str | None, name: str) -> Result:
    table = _load_table(statement, database, name)
    return Result.of_lines("field", [*table.columns, *table.keys])


def _show_partitions(statement: Statement, database: str | None, name: str) -> Result:
    table = _load_table(statement, database, name)
    rows = [
        "/".join(f"{key}={value}" for key, value in zip(table.keys, partition["Values"], strict=True))
        for partition in table.partitions
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
    update_partitions(statement.context, statement.role, table.database, table.name, drops=False)
    return Result(has_header=False)


# The patterns' groups are the arguments of the command, without quotes.
_NAME = r"""(?:([`"]?\w+[`"]?)\.)?([`"]?\w+[`"]?)"""
_COMMANDS: tuple[tuple[str, Callable[..., Result]], ...] = (
    (r"""SHOW\s+TABLES(?:\s+(?:IN|FROM)\s+([`"]?\w+[`"]?))?(?:\s+(?:LIKE\s+)?('[^']*'))?""", _show_tables),
    (r"SHOW\s+(?:DATABASES|SCHEMAS)", _show_databases),
    (r"""SHOW\s+VIEWS(?:\s+(?:IN|FROM)\s+([`"]?\w+[`"]?))?(?:\s+(?:LIKE\s+)?('[^']*'))?""", show_views),
    (rf"SHOW\s+CREATE\s+VIEW\s+{_NAME}", show_create_view),
    (rf"CREATE\s+(OR\s+REPLACE\s+)?VIEW\s+{_NAME}\s+AS\s+(.*)", create_view),
    (rf"DROP\s+VIEW\s+(IF\s+EXISTS\s+)?{_NAME}", drop_view),
    (r"UNLOAD\s*\((.*)\)\s*TO\s*'([^']+)'\s*(?:WITH\s*\((.*)\))?", unload),
    (r"PREPARE\s+(\w+)\s+FROM\s+(.*)", prepare),
    (r"DEALLOCATE\s+PREPARE\s+(\w+)", deallocate),
    (rf"SHOW\s+COLUMNS\s+(?:IN|FROM)\s+{_NAME}", _show_columns),
    (rf"SHOW\s+PARTITIONS\s+{_NAME}", _show_partitions),
    (rf"(?:DESCRIBE|DESC)\s+{_NAME}", _describe),
    (rf"DROP\s+TABLE\s+(IF\s+EXISTS\s+)?{_NAME}", _drop_table),
    (rf"MSCK\s+REPAIR\s+TABLE\s+{_NAME}", _repair_table),
)
