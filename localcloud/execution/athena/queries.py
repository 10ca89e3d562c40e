"""Execution of a query on DuckDB, over views of its catalog tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import duckdb
from sqlglot import exp

from localcloud.context import Context
from localcloud.execution.assets import split_location
from localcloud.execution.athena.catalog import CatalogTable, create_view, load_table, scanned_bytes
from localcloud.execution.athena.errors import ScanLimitError, from_duckdb
from localcloud.execution.athena.results import Result, ResultColumn, to_text
from localcloud.execution.athena.translation import prepare, qualify_tables, to_duckdb

MEMORY = "600MB"
"""Memory that a query may use before it spills to disk."""


@dataclass(frozen=True)
class Statement:
    """A statement to execute. `folder` is its output location, `limit` the bytes it may scan (0: no limit).

    `connected` receives the connection of a query, so that another thread can interrupt the query.
    """

    context: Context
    id: str
    sql: str
    database: str
    folder: str
    parameters: tuple[str, ...] = ()
    limit: int = 0
    connected: Callable[[duckdb.DuckDBPyConnection], None] = lambda _connection: None

    @property
    def glue(self) -> Any:
        """The administrator's Glue client."""
        return self.context.client("glue")


def connect(statement: Statement) -> duckdb.DuckDBPyConnection:
    """Open an empty database with Athena's settings for one statement."""
    spill = statement.context.home / "tmp" / "athena"
    spill.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        config={"memory_limit": MEMORY, "temp_directory": str(spill), "autoinstall_known_extensions": False}
    )
    statement.connected(connection)
    prepare(connection)
    return connection


def select(statement: Statement, query: exp.Expr) -> Result:
    """Execute a query and return its rows as text. Raises QueryError and ScanLimitError."""
    with connect(statement) as connection:
        sql, scanned, names = translate(statement, connection, query)
        relation = run(connection, sql, names)
        columns = columns_of(relation)
        rows = tuple(tuple(map(to_text, row)) for row in _fetch(relation, names))
    return Result(columns=columns, rows=rows, scanned=scanned)


def translate(
    statement: Statement, connection: duckdb.DuckDBPyConnection, query: exp.Expr
) -> tuple[str, int, list[str]]:
    """Create views of the query's tables; return DuckDB's SQL, the bytes to scan, and the tables' columns.

    Raises QueryError, and ScanLimitError when the query would scan more than `statement.limit`.
    """
    tables = [
        load_table(statement.context, statement.glue, database, name)
        for database, name in qualify_tables(query, statement.database)
    ]
    schema: dict[str, dict[str, dict[str, exp.DataType]]] = {}
    for table in tables:
        create_view(connection, table)
        schema.setdefault(table.database, {})[table.name] = table.types()
    names = [name for table in tables for name in table.types()]
    sql = to_duckdb(query, schema)
    scanned = _bytes_to_scan(connection, sql, tables, names)
    if statement.limit and scanned > statement.limit:
        raise ScanLimitError(scanned, statement.limit)
    return sql, scanned, names


def _bytes_to_scan(
    connection: duckdb.DuckDBPyConnection, sql: str, tables: list[CatalogTable], names: list[str]
) -> int:
    if not any(table.files for table in tables):
        return 0
    plan = run(connection, f"EXPLAIN (FORMAT JSON) {sql}", names).fetchall()[0][1]
    return scanned_bytes(json.loads(plan), tables)


def run(connection: duckdb.DuckDBPyConnection, sql: str, names: list[str]) -> duckdb.DuckDBPyConnection:
    """Execute DuckDB's SQL. Raises QueryError; `names` are the columns that its message may list."""
    try:
        return connection.execute(sql)
    except duckdb.Error as error:
        raise from_duckdb(error, names) from error


def _fetch(relation: duckdb.DuckDBPyConnection, names: list[str]) -> list[tuple[Any, ...]]:
    try:
        return relation.fetchall()
    except duckdb.Error as error:
        raise from_duckdb(error, names) from error


def columns_of(relation: duckdb.DuckDBPyConnection) -> tuple[ResultColumn, ...]:
    """Return the columns of a query's result."""
    return tuple(ResultColumn.from_duckdb(str(item[0]), str(item[1])) for item in relation.description or [])


def upload(statement: Statement, folder: str, name: str, body: bytes) -> str:
    """Put an object below an `s3://` folder and return its location."""
    bucket, prefix = split_location(folder)
    statement.context.client("s3").put_object(Bucket=bucket, Key=f"{prefix}{name}", Body=body)
    return f"s3://{bucket}/{prefix}{name}"
