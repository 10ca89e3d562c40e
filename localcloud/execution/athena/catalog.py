"""Catalog tables as DuckDB views over the files of their registered partitions."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
from botocore.exceptions import ClientError
from sqlglot import exp

from localcloud.context import Context
from localcloud.execution.assets import split_location
from localcloud.execution.athena.errors import QueryError, TableNotFoundError


@dataclass(frozen=True)
class CatalogTable:
    """A Glue table: `columns` and `keys` map names to Hive types, `files` are what its partitions hold."""

    database: str
    name: str
    columns: dict[str, str]
    keys: dict[str, str]
    files: tuple[tuple[Path, int], ...]
    raw: dict[str, Any]

    @property
    def size(self) -> int:
        return sum(size for _, size in self.files)

    def types(self) -> dict[str, exp.DataType]:
        """Columns and partition keys with their types, in Athena's order."""
        return {name: hive_type(kind) for name, kind in {**self.columns, **self.keys}.items()}


def hive_type(kind: str) -> exp.DataType:
    """A catalog type, e.g. `array<struct<a:int>>`, as sqlglot knows it."""
    return exp.DataType.build(kind, dialect="hive")


def duckdb_type(kind: str) -> str:
    """DuckDB's name of a catalog type."""
    return hive_type(kind).sql(dialect="duckdb")


def load_table(context: Context, glue: Any, database: str, name: str) -> CatalogTable:
    """Read a table's declaration, partitions and files. Raises TableNotFoundError."""
    try:
        table = glue.get_table(DatabaseName=database, Name=name)["Table"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "EntityNotFoundException":
            raise QueryError("PERMISSION_DENIED", str(error)) from error
        raise TableNotFoundError(database, name, table_names(glue, database)) from error
    keys = {key["Name"].lower(): key["Type"] for key in table.get("PartitionKeys", [])}
    storage = table.get("StorageDescriptor", {})
    return CatalogTable(
        database=database,
        name=name,
        columns={column["Name"].lower(): column["Type"] for column in storage.get("Columns", [])},
        keys=keys,
        files=tuple(_files(context, glue, table, keys)),
        raw=table,
    )


def table_names(glue: Any, database: str) -> list[str]:
    """Names of a database's tables. Raises QueryError when there is no such database."""
    pages = glue.get_paginator("get_tables").paginate(DatabaseName=database)
    try:
        return sorted(table["Name"] for page in pages for table in page["TableList"])
    except ClientError as error:
        databases = ", ".join(sorted(database_names(glue))) or "none"
        raise QueryError(
            "SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist. Databases: {databases}"
        ) from error


def database_names(glue: Any) -> list[str]:
    pages = glue.get_paginator("get_databases").paginate()
    return sorted(database["Name"] for page in pages for database in page["DatabaseList"])


def partitions(glue: Any, database: str, name: str) -> list[dict[str, Any]]:
    """The registered partitions of a table."""
    pages = glue.get_paginator("get_partitions").paginate(DatabaseName=database, TableName=name)
    return [partition for page in pages for partition in page["Partitions"]]


def _files(
    context: Context, glue: Any, table: dict[str, Any], keys: dict[str, str]
) -> Iterator[tuple[Path, int]]:
    if not keys:
        location = table.get("StorageDescriptor", {}).get("Location")
        yield from _data_files(_folder(context, location)) if location else ()
        return
    for partition in partitions(glue, table["DatabaseName"], table["Name"]):
        location = partition["StorageDescriptor"]["Location"]
        _check_hive_style(location, keys, partition["Values"])
        yield from _data_files(_folder(context, location))


def _folder(context: Context, location: str) -> Path:
    bucket, prefix = split_location(location)
    return context.bucket_dir(bucket) / prefix


def _data_files(folder: Path) -> Iterator[tuple[Path, int]]:
    """Files below a folder with their sizes; what begins with `_` or `.` is hidden, as in Athena."""
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(("_", ".")))
        for name in sorted(names):
            if not name.startswith(("_", ".")):
                file = Path(path) / name
                size = file.stat().st_size
                if size:
                    yield file, size


def _check_hive_style(location: str, keys: dict[str, str], values: list[str]) -> None:
    """Partition values are read from the path, so they must stand there."""
    segments = [part.partition("=")[::2] for part in location.rstrip("/").split("/")[-len(keys) :]]
    found = [(name, _canonical(unquote(value))) for name, value in segments]
    if found != list(zip(keys, map(_canonical, values), strict=True)):
        raise QueryError(
            "NOT_SUPPORTED",
            f"Partition {values} lies at {location}; local queries need <key>=<value> folders "
            f"for {', '.join(keys)}",
        )


def _canonical(value: str) -> str:
    return str(int(value)) if value.isdigit() else value


def create_view(connection: duckdb.DuckDBPyConnection, table: CatalogTable) -> None:
    """Make the table readable as `<database>.<name>`, with exactly the catalog's columns and types."""
    _check_format(table)
    source, present = _source(connection, table)
    columns = [
        f"CAST({quote(name) if name in present else 'NULL'} AS {duckdb_type(kind)}) AS {quote(name)}"
        for name, kind in table.columns.items()
    ]
    # Left as they are read, so that a filter on them skips files; their type is set by the reader.
    columns += [
        quote(name) if present else f"CAST(NULL AS {duckdb_type(kind)}) AS {quote(name)}"
        for name, kind in table.keys.items()
    ]
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quote(table.database)}")
    connection.execute(
        f"CREATE VIEW {quote(table.database)}.{quote(table.name)} AS SELECT {', '.join(columns)} {source}"
    )


def _check_format(table: CatalogTable) -> None:
    serde = table.raw.get("StorageDescriptor", {}).get("SerdeInfo", {}).get("SerializationLibrary", "")
    if "parquet" not in serde.lower():
        raise QueryError(
            "NOT_SUPPORTED",
            f"Table {table.database}.{table.name} is not Parquet (serde '{serde}'), "
            "which is all that local queries read",
        )


def _source(connection: duckdb.DuckDBPyConnection, table: CatalogTable) -> tuple[str, set[str]]:
    """The FROM clause over the table's files, and which columns they have."""
    if not table.files:
        return "WHERE false", set()
    files = ", ".join(literal(str(path)) for path, _ in table.files)
    options = ["union_by_name = true", "hive_partitioning = false"]
    if table.keys:
        types = ", ".join(f"{quote(name)}: {duckdb_type(kind)}" for name, kind in table.keys.items())
        options = ["union_by_name = true", "hive_partitioning = true", f"hive_types = {{{types}}}"]
    source = f"FROM read_parquet([{files}], {', '.join(options)})"
    try:
        found = connection.execute(f"DESCRIBE SELECT * {source}").fetchall()
    except duckdb.Error as error:
        raise QueryError("HIVE_BAD_DATA", f"{table.database}.{table.name}: {error}") from error
    return source, {str(row[0]).lower() for row in found}


def quote(name: str) -> str:
    """An identifier in SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string in SQL."""
    return "'" + text.replace("'", "''") + "'"


_SCAN = re.compile(r"(\d+)/(\d+)")


def scanned_bytes(plan: Any, tables: list[CatalogTable]) -> int:
    """Bytes of the files that a query plan (EXPLAIN, as JSON) reads after skipping partitions.

    The plan says how many files of each table are left, not which: their share counts.
    """
    waiting = [table for table in tables if table.files]
    total = 0
    for node in _scans(plan):
        share = _SCAN.match(str(node.get("Scanning Files", "")))
        fitting = [table for table in waiting if not share or len(table.files) == int(share[2])]
        table = (fitting or tables)[0]
        total += table.size if not share else table.size * int(share[1]) // max(1, int(share[2]))
        if len(fitting) > 1:
            waiting.remove(table)
    return total


def _scans(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for child in node:
            yield from _scans(child)
    elif isinstance(node, dict):
        if str(node.get("name", "")).strip() == "READ_PARQUET":
            yield node.get("extra_info", {})
        yield from _scans(node.get("children", []))
