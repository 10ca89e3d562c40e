"""Execution of a query on DuckDB, over views of its catalog tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
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
    load_table,
    quote,
    scanned_bytes,
)
from localcloud.execution.athena.engines import Engine, Engines, close_to
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
    `connected` receives the connection of a query, so that another thread can interrupt the query, and None
    when the query leaves it.
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
    connected: Callable[[duckdb.DuckDBPyConnection | None], None] = lambda _connection: None

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
    """The catalog tables that a query names, to be views in its database."""

    statement: Statement
    with_path: bool = False
    found: dict[tuple[str, str], CatalogTable] = field(default_factory=dict)
    _loaded: dict[tuple[str, str], CatalogTable] = field(default_factory=dict)
    _listings: dict[tuple[str, str], Callable[[duckdb.DuckDBPyConnection], object]] = field(
        default_factory=dict
    )
    """What creates the tables of the information schema and those of partitions."""

    def __call__(self, database: str, name: str) -> Table:
        """Return a table for the compiler."""
        key = (database, name)
        if database == information_schema.NAME:
            glue = self.statement.glue
            self._listings[key] = partial(information_schema.create, glue=glue, name=name)
            return information_schema.table_of(name)
        if name.endswith(partitions_table.SUFFIX):
            parted = self._load(database, name.removesuffix(partitions_table.SUFFIX))
            self._listings[key] = partial(partitions_table.create, table=parted)
            return partitions_table.table_of(self.statement.glue, parted)
        if key not in self.found:
            table = self._load(database, name)
            if table.raw.get("TableType") == "VIRTUAL_VIEW":
                sql, owner = query_of(table.raw.get("ViewOriginalText", ""))
                return Table("", {}, query=parse(sql), database=owner)
            self.found[key] = table
        hidden = {"$path": VARCHAR} if self.with_path else {}
        return Table(f"{quote(database)}.{quote(name)}", self.found[key].types(), hidden)

    def create(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Create the views and tables that the compiled query names."""
        buckets = self.statement.context.bucket_dir("")
        for table in self.found.values():
            create_view(connection, table, buckets, self.with_path)
        for create in self._listings.values():
            create(connection)

    def _load(self, database: str, name: str) -> CatalogTable:
        """Return a table as it was when the query first named it, or its partitions."""
        key = (database, name)
        if key not in self._loaded:
            self._loaded[key] = load_table(self.statement.caller, database, name)
        return self._loaded[key]


@dataclass(frozen=True)
class Translated:
    """A query as DuckDB's, and the connection of a database that has its tables.

    The connection reaches no file but those of the tables, and the output. `scanned` are the bytes to scan.
    """

    connection: duckdb.DuckDBPyConnection
    compiled: Columns
    scanned: int


def select(statement: Statement, query: exp.Expr) -> Result:
    """Execute a query and return its rows as text. Raises QueryError and ScanLimitError."""
    with translate(statement, query) as found:
        rows = _rows(run(found.connection, found.compiled.sql), found.compiled)
    return Result(columns=columns_of(found.compiled), rows=rows, scanned=found.scanned)


@contextmanager
def translate(statement: Statement, query: exp.Expr, output: Sequence[Path] = ()) -> Iterator[Translated]:
    """Lend a database with views of a query's tables, and the compiled query, which may write `output`.

    Raises QueryError, and ScanLimitError when the query would scan more than `statement.limit`.
    """
    written = (statement.sql, *statement.parameters)
    with_path = any("$path" in text.lower() for text in written) and any(
        column.name.lower() == "$path" for column in query.find_all(exp.Column)
    )
    tables = Tables(statement, with_path)
    compiled = compile_query(query, tables, statement.database)
    read = list(tables.found.values())
    files = frozenset(path for table in read for path, _ in table.files)
    with _lend(statement, files, output) as engine:
        connection = engine.connection
        engine.functions.update(define_functions(connection, compiled.sql, engine.functions))
        connection.begin()
        tables.create(connection)
        scanned = _bytes_to_scan(connection, compiled.sql, read)
        if statement.limit and scanned > statement.limit:
            raise ScanLimitError(scanned, statement.limit)
        yield Translated(connection, compiled, scanned)


@contextmanager
def _lend(statement: Statement, files: frozenset[Path], output: Sequence[Path]) -> Iterator[Engine]:
    """Lend a database that may touch these files for one statement, which can be interrupted meanwhile."""
    with _engine(statement.engines, files, output) as engine:
        statement.connected(engine.connection)
        try:
            yield engine
        finally:
            # Before another query uses it: who cancels this one must not interrupt that one.
            statement.connected(None)


@contextmanager
def _engine(engines: Engines, files: frozenset[Path], output: Sequence[Path]) -> Iterator[Engine]:
    if not output:
        with engines.lend_for(files) as engine:
            yield engine
        return
    # No other query has this output.
    with engines.lend() as connection:
        close_to(connection, [*files, *output])
        yield Engine(connection, files)


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
