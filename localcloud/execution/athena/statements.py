"""What each kind of statement does."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from localcloud.context import Context
from localcloud.execution.assets import split_location
from localcloud.execution.athena.catalog import (
    CatalogTable,
    create_view,
    database_names,
    load_table,
    partitions,
    quote,
    scanned_bytes,
    table_names,
)
from localcloud.execution.athena.errors import QueryError, ScanLimitError, from_duckdb
from localcloud.execution.athena.results import Result, ResultColumn, to_text
from localcloud.execution.athena.translation import parse, prepare, qualify_tables, to_duckdb
from localcloud.execution.crawler import update_partitions

MEMORY = "600MB"
"""What one query may hold in memory before it spills to disk."""

HIVE_TYPES = {"integer": "int", "varchar": "string", "varbinary": "binary"}


@dataclass(frozen=True)
class Statement:
    """One statement to execute: `folder` is the output location, `limit` the bytes it may scan (0: all).

    `connected` is told of the connection that a query uses, so that it can be interrupted.
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
        return self.context.client("glue")


def execute(statement: Statement) -> Result:
    """Execute a statement. Raises QueryError with the reason that Athena would give."""
    for pattern, command in _COMMANDS:
        match = re.fullmatch(pattern, statement.sql.strip().rstrip(";").strip(), re.IGNORECASE | re.DOTALL)
        if match:
            return command(statement, *(group and group.strip('`"') for group in match.groups()))
    parsed = parse(statement.sql, statement.parameters)
    if isinstance(parsed, exp.Query):
        return _select(statement, parsed)
    if isinstance(parsed, exp.Create) and parsed.kind == "TABLE" and isinstance(parsed.expression, exp.Query):
        return _create_table_as(statement, parsed)
    raise QueryError("NOT_SUPPORTED", f"{parsed.key.upper()} statements are not executed locally")


def _connect(statement: Statement) -> duckdb.DuckDBPyConnection:
    spill = statement.context.home / "tmp" / "athena"
    spill.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        config={"memory_limit": MEMORY, "temp_directory": str(spill), "autoinstall_known_extensions": False}
    )
    statement.connected(connection)
    prepare(connection)
    return connection


def _select(statement: Statement, query: exp.Expr) -> Result:
    with _connect(statement) as connection:
        sql, scanned, names = _translated(statement, connection, query)
        relation = _run(connection, sql, names)
        columns = _columns(relation)
        rows = tuple(tuple(map(to_text, row)) for row in _fetched(relation, names))
    return Result(columns=columns, rows=rows, scanned=scanned)


def _translated(
    statement: Statement, connection: duckdb.DuckDBPyConnection, query: exp.Expr
) -> tuple[str, int, list[str]]:
    """The query for DuckDB over views of its tables, the bytes it will scan, and the known columns."""
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
    scanned = _scanned(connection, sql, tables, names)
    if statement.limit and scanned > statement.limit:
        raise ScanLimitError(scanned, statement.limit)
    return sql, scanned, names


def _scanned(
    connection: duckdb.DuckDBPyConnection, sql: str, tables: list[CatalogTable], names: list[str]
) -> int:
    if not any(table.files for table in tables):
        return 0
    plan = _run(connection, f"EXPLAIN (FORMAT JSON) {sql}", names).fetchall()[0][1]
    return scanned_bytes(json.loads(plan), tables)


def _run(connection: duckdb.DuckDBPyConnection, sql: str, names: list[str]) -> duckdb.DuckDBPyConnection:
    try:
        return connection.execute(sql)
    except duckdb.Error as error:
        raise from_duckdb(error, names) from error


def _fetched(relation: duckdb.DuckDBPyConnection, names: list[str]) -> list[tuple[Any, ...]]:
    try:
        return relation.fetchall()
    except duckdb.Error as error:
        raise from_duckdb(error, names) from error


def _columns(relation: duckdb.DuckDBPyConnection) -> tuple[ResultColumn, ...]:
    return tuple(ResultColumn.from_duckdb(str(item[0]), str(item[1])) for item in relation.description or [])


def _create_table_as(statement: Statement, create: exp.Create) -> Result:
    """CTAS: Parquet files at the location, a table in the catalog, and a manifest of the files."""
    target = create.this if isinstance(create.this, exp.Table) else create.this.this
    database, name = (target.db or statement.database).lower(), target.name.lower()
    if name in table_names(statement.glue, database):
        raise QueryError("TABLE_ALREADY_EXISTS", f"Table '{database}.{name}' already exists")
    properties = _properties(create)
    if properties.get("format", "PARQUET").upper() != "PARQUET" or "partitioned_by" in properties:
        raise QueryError("NOT_SUPPORTED", "CREATE TABLE AS writes unpartitioned Parquet only, locally")
    location = properties.get("external_location") or f"{statement.folder}tables/{statement.id}/"
    location = location.rstrip("/") + "/"
    with _connect(statement) as connection, tempfile.TemporaryDirectory() as scratch:
        sql, scanned, names = _translated(statement, connection, create.expression)
        columns = _columns(
            _run(connection, f"DESCRIBE_ONLY {sql}" if False else f"SELECT * FROM ({sql}) LIMIT 0", names)
        )
        file = Path(scratch) / "data.parquet"
        casts = ", ".join(_storable(column) for column in columns)
        _run(connection, f"COPY (SELECT {casts} FROM ({sql})) TO '{file}' (FORMAT parquet)", names)
        uri = upload(statement, location, f"{statement.id}-00000.parquet", file.read_bytes())
    _register(statement, database, name, location, columns)
    manifest = upload(statement, statement.folder, f"{statement.id}-manifest.csv", f"{uri}\n".encode())
    return Result(columns=columns, scanned=scanned, has_header=False, manifest=manifest)


def _properties(create: exp.Create) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in create.args["properties"].expressions if create.args.get("properties") else []:
        if isinstance(node, exp.FileFormatProperty):
            found["format"] = node.this.name
        elif isinstance(node, exp.PartitionedByProperty):
            found["partitioned_by"] = node.this.sql()
        elif isinstance(node, exp.LocationProperty):
            found["external_location"] = node.this.name
        elif isinstance(node, exp.Property):
            found[node.name.lower()] = node.args["value"].name
    return found


def _storable(column: ResultColumn) -> str:
    """The column as Hive can hold it: sums of integers are wider in DuckDB than in Athena."""
    name = quote(column.name)
    return f"CAST({name} AS BIGINT) AS {name}" if column.type == "bigint" else name


def upload(statement: Statement, folder: str, name: str, body: bytes) -> str:
    """Put an object below an s3:// folder; returns its location."""
    bucket, prefix = split_location(folder)
    statement.context.client("s3").put_object(Bucket=bucket, Key=f"{prefix}{name}", Body=body)
    return f"s3://{bucket}/{prefix}{name}"


def _register(
    statement: Statement, database: str, name: str, location: str, columns: tuple[ResultColumn, ...]
) -> None:
    nested = [column.name for column in columns if column.type in ("array", "map", "row")]
    if nested:
        raise QueryError(
            "NOT_SUPPORTED", f"CREATE TABLE AS with nested columns, locally: {', '.join(nested)}"
        )
    types = [
        f"decimal({column.precision},{column.scale})"
        if column.type == "decimal"
        else HIVE_TYPES.get(column.type, column.type)
        for column in columns
    ]
    parquet = "org.apache.hadoop.hive.ql.io.parquet"
    storage = {
        "Columns": [{"Name": c.name.lower(), "Type": kind} for c, kind in zip(columns, types, strict=True)],
        "Location": location,
        "InputFormat": f"{parquet}.MapredParquetInputFormat",
        "OutputFormat": f"{parquet}.MapredParquetOutputFormat",
        "SerdeInfo": {"SerializationLibrary": f"{parquet}.serde.ParquetHiveSerDe"},
    }
    table = {"Name": name, "TableType": "EXTERNAL_TABLE", "StorageDescriptor": storage, "PartitionKeys": []}
    statement.glue.create_table(DatabaseName=database, TableInput=table)


def _show_tables(statement: Statement, database: str | None, pattern: str | None) -> Result:
    names = table_names(statement.glue, (database or statement.database).lower())
    if pattern:
        wanted = re.compile(pattern.strip("'").replace("*", ".*"), re.IGNORECASE)
        names = [name for name in names if wanted.fullmatch(name)]
    return Result.of_lines("tab_name", names)


def _show_databases(statement: Statement) -> Result:
    return Result.of_lines("database_name", database_names(statement.glue))


def _table(statement: Statement, database: str | None, name: str) -> CatalogTable:
    owner = (database or statement.database).lower()
    return load_table(statement.context, statement.glue, owner, name.lower())


def _describe(statement: Statement, database: str | None, name: str) -> Result:
    table = _table(statement, database, name)
    lines = [f"{column:<20}\t{kind:<20}\t" for column, kind in {**table.columns, **table.keys}.items()]
    if table.keys:
        lines += ["", "# Partition Information", f"{'# col_name':<20}\t{'data_type':<20}\tcomment", ""]
        lines += [f"{column:<20}\t{kind:<20}\t" for column, kind in table.keys.items()]
    return Result.of_lines("col_name", lines)


def _show_columns(statement: Statement, database: str | None, name: str) -> Result:
    table = _table(statement, database, name)
    return Result.of_lines("field", [*table.columns, *table.keys])


def _show_partitions(statement: Statement, database: str | None, name: str) -> Result:
    table = _table(statement, database, name)
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
        _table(statement, owner, name)
    return Result(has_header=False)


def _repair_table(statement: Statement, database: str | None, name: str) -> Result:
    table = _table(statement, database, name)
    update_partitions(statement.context, None, table.database, table.name)
    return Result(has_header=False)


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
