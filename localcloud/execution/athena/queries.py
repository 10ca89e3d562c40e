"""Execution of a query on DuckDB, over views of its catalog tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from botocore.exceptions import ClientError
from sqlglot import exp

from localcloud.context import Context
from localcloud.execution.assets import split_location
from localcloud.execution.athena import information_schema, partitions_table
from localcloud.execution.athena.caller import Caller, is_denial
from localcloud.execution.athena.catalog import (
    CatalogTable,
    create_view,
    literal,
    load_table,
    quote,
    scanned_bytes,
)
from localcloud.execution.athena.engines import Engines
from localcloud.execution.athena.errors import DeniedError, ScanLimitError, from_duckdb
from localcloud.execution.athena.results import Result, ResultColumn
from localcloud.execution.athena.sql.compiler import compile_query
from localcloud.execution.athena.sql.engine import define_functions
from localcloud.execution.athena.sql.parser import parse
from localcloud.execution.athena.sql.rendering import render
from localcloud.execution.athena.sql.scope import Columns, Table
from localcloud.execution.athena.sql.types import VARCHAR
from localcloud.execution.athena.stored_views import query_of


@dataclass(frozen=True)
class Statement:
    """A statement to execute. `folder` is its output location, `limit` the bytes it may scan (0: no limit).

    `engines` lend its database. `role` is the ARN of the caller's role, None for the administrator.
    `connected` receives the connection of a query, so that another thread can interrupt the query.
    """

    context: Context
    id: str
    sql: str
    database: str
    folder: str
    engines: Engines
    role: str | None = None
    parameters: tuple[str, ...] = ()
    limit: int = 0
    prepared: MutableMapping[str, str] = field(default_factory=dict)
    connected: Callable[[duckdb.DuckDBPyConnection], None] = lambda _connection: None

    @property
    def caller(self) -> Caller:
        """Whoever started the query, whose permissions it has."""
        return Caller(self.context, self.role)

    @property
    def glue(self) -> Any:
        """The caller's Glue client."""
        return self.caller.glue


@dataclass
class Tables:
    """The catalog tables that a query names, as views in its database."""

    statement: Statement
    connection: duckdb.DuckDBPyConnection
    with_path: bool = False
    found: dict[tuple[str, str], CatalogTable] = field(default_factory=dict)
    _loaded: dict[tuple[str, str], CatalogTable] = field(default_factory=dict)

    def __call__(self, database: str, name: str) -> Table:
        """Return a table for the compiler; its view is created when it is first named."""
        key = (database, name)
        if database == information_schema.NAME:
            return information_schema.create(self.connection, self.statement.glue, name)
        if name.endswith(partitions_table.SUFFIX):
            parted = self._load(database, name.removesuffix(partitions_table.SUFFIX))
            return partitions_table.create(self.connection, self.statement.glue, parted)
        if key not in self.found:
            table = self._load(database, name)
            if table.raw.get("TableType") == "VIRTUAL_VIEW":
                sql, owner = query_of(table.raw.get("ViewOriginalText", ""))
                return Table("", {}, query=parse(sql), database=owner)
            buckets = self.statement.context.bucket_dir("")
            create_view(self.connection, table, buckets, self.with_path)
            self.found[key] = table
        hidden = {"$path": VARCHAR} if self.with_path else {}
        return Table(f"{quote(database)}.{quote(name)}", self.found[key].types(), hidden)

    def _load(self, database: str, name: str) -> CatalogTable:
        """Return a table as it was when the query first named it, or its partitions."""
        key = (database, name)
        if key not in self._loaded:
            self._loaded[key] = load_table(self.statement.caller, database, name)
        return self._loaded[key]


@contextmanager
def connect(statement: Statement) -> Iterator[duckdb.DuckDBPyConnection]:
    """Lend the connection of an empty database with Athena's settings for one statement."""
    with statement.engines.lend() as connection:
        statement.connected(connection)
        yield connection


def close_to(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
    """Let the connection touch no file but `files`, and no setting any more."""
    allowed = ", ".join(literal(str(file)) for file in files)
    connection.execute(f"SET allowed_paths = [{allowed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def select(statement: Statement, query: exp.Expr) -> Result:
    """Execute a query and return its rows as text. Raises QueryError and ScanLimitError."""
    with connect(statement) as connection:
        compiled, scanned = translate(statement, connection, query)
        rows = _rows(run(connection, compiled.sql), compiled)
    return Result(columns=columns_of(compiled), rows=rows, scanned=scanned)


def translate(
    statement: Statement, connection: duckdb.DuckDBPyConnection, query: exp.Expr, output: Sequence[Path] = ()
) -> tuple[Columns, int]:
    """Create views of the query's tables; return the compiled query and the bytes to scan.

    Afterwards the connection reaches no file but those of the tables, and `output`, which it may write.
    Raises QueryError, and ScanLimitError when the query would scan more than `statement.limit`.
    """
    with_path = any(column.name.lower() == "$path" for column in query.find_all(exp.Column))
    tables = Tables(statement, connection, with_path)
    compiled = compile_query(query, tables, statement.database)
    define_functions(connection, compiled.sql)
    read = list(tables.found.values())
    close_to(connection, [*(path for table in read for path, _ in table.files), *output])
    scanned = _bytes_to_scan(connection, compiled.sql, read)
    if statement.limit and scanned > statement.limit:
        raise ScanLimitError(scanned, statement.limit)
    return compiled, scanned


def _bytes_to_scan(connection: duckdb.DuckDBPyConnection, sql: str, tables: list[CatalogTable]) -> int:
    if not any(table.files for table in tables):
        return 0
    plan = run(connection, f"EXPLAIN (FORMAT JSON) {sql}").fetchall()[0][1]
    return scanned_bytes(json.loads(plan), tables)


def run(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.DuckDBPyConnection:
    """Execute DuckDB's SQL. Raises QueryError."""
    try:
        return connection.execute(sql)
    except duckdb.Error as error:
        raise from_duckdb(error) from error


def _rows(relation: duckdb.DuckDBPyConnection, compiled: Columns) -> tuple[tuple[str | None, ...], ...]:
    try:
        found = relation.fetchall()
    except duckdb.Error as error:
        raise from_duckdb(error) from error
    kinds = [kind for _, kind in compiled.columns]
    return tuple(tuple(render(value, kind) for value, kind in zip(row, kinds, strict=True)) for row in found)


def columns_of(compiled: Columns) -> tuple[ResultColumn, ...]:
    """Return the columns of a query's result."""
    return tuple(ResultColumn.of_type(name, kind) for name, kind in compiled.columns)


def upload(statement: Statement, folder: str, name: str, body: bytes) -> str:
    """Put an object below an `s3://` folder and return its location. Raises DeniedError."""
    bucket, prefix = split_location(folder)
    location = f"s3://{bucket}/{prefix}{name}"
    try:
        statement.caller.s3.put_object(Bucket=bucket, Key=f"{prefix}{name}", Body=body)
    except ClientError as error:
        if is_denial(error):
            raise DeniedError.of_output(location) from error
        raise
    return location
