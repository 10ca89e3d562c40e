"""Catalog tables as DuckDB views of the files in their registered partitions."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
from botocore.exceptions import ClientError
from moto.glue.exceptions import EntityNotFoundException

from localcloud.execution.assets import split_location
from localcloud.execution.athena.caller import Caller
from localcloud.execution.athena.errors import QueryError, TableNotFoundError
from localcloud.execution.athena.sql.operators.parts import rounded
from localcloud.execution.athena.sql.types import Type, hive_type, stored


@dataclass(frozen=True)
class CatalogTable:
    """A Glue table. `columns` and `keys` map names to Hive types.

    `files` are the data files of the registered partitions with their sizes in bytes. `raw` is the Table of
    the API, `partitions` are its Partitions.
    """

    database: str
    name: str
    columns: dict[str, str]
    keys: dict[str, str]
    files: tuple[tuple[Path, int], ...]
    raw: dict[str, Any]
    partitions: tuple[dict[str, Any], ...] = ()

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(size for _, size in self.files)

    def types(self) -> dict[str, Type]:
        """Return the types of columns and partition keys by name, in Athena's order."""
        return {name: hive_type(kind) for name, kind in {**self.columns, **self.keys}.items()}


def describe_table(caller: Caller, database: str, name: str) -> dict[str, Any]:
    """Return the Table of the API. Raises TableNotFoundError, and DeniedError for what the caller may not."""
    caller.check_database(database)
    try:
        return caller.table(database, name)
    except EntityNotFoundException as error:
        raise TableNotFoundError(database, name, table_names(caller.glue, database)) from error


def load_table(caller: Caller, database: str, name: str) -> CatalogTable:
    """Read a table's declaration, partitions and files.

    Raises TableNotFoundError, DeniedError for what the caller may not read, or QueryError for a partition
    whose folder does not spell its values.
    """
    table = describe_table(caller, database, name)
    keys = {key["Name"].lower(): key["Type"] for key in table.get("PartitionKeys", [])}
    storage = table.get("StorageDescriptor", {})
    parts = _partitions(caller, database, table["Name"]) if keys else ()
    return CatalogTable(
        database=database,
        name=name,
        columns={column["Name"].lower(): column["Type"] for column in storage.get("Columns", [])},
        keys=keys,
        files=tuple(_files(caller, table, keys, parts)),
        raw=table,
        partitions=parts,
    )


def table_names(glue: Any, database: str) -> list[str]:
    """Return the names of a database's tables. Raises QueryError when the database does not exist."""
    pages = glue.get_paginator("get_tables").paginate(DatabaseName=database)
    try:
        return sorted(table["Name"] for page in pages for table in page["TableList"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "EntityNotFoundException":
            raise
        databases = ", ".join(sorted(database_names(glue))) or "none"
        raise QueryError(
            "SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist. Databases: {databases}"
        ) from error


def database_names(glue: Any) -> list[str]:
    """Return the names of all databases."""
    pages = glue.get_paginator("get_databases").paginate()
    return sorted(database["Name"] for page in pages for database in page["DatabaseList"])


def _partitions(caller: Caller, database: str, name: str) -> tuple[dict[str, Any], ...]:
    try:
        return caller.partitions(database, name)
    except EntityNotFoundException as error:
        raise TableNotFoundError(database, name, table_names(caller.glue, database)) from error


def _files(
    caller: Caller, table: dict[str, Any], keys: dict[str, str], partitions: Sequence[dict[str, Any]]
) -> Iterator[tuple[Path, int]]:
    if not keys:
        location = table.get("StorageDescriptor", {}).get("Location")
        yield from _readable_files(caller, location) if location else ()
        return
    caller.check_partitions(table["DatabaseName"], table["Name"])
    for partition in partitions:
        location = partition["StorageDescriptor"]["Location"]
        _check_hive_style(location, keys, partition["Values"])
        yield from _readable_files(caller, location)


def _readable_files(caller: Caller, location: str) -> list[tuple[Path, int]]:
    """Return the data files of a location with their sizes, all of which the caller may list and read."""
    bucket, prefix = split_location(location.rstrip("/") + "/")
    caller.check_listing(bucket, prefix)
    root = caller.context.bucket_dir(bucket)
    files = list(_data_files(root / prefix))
    caller.check_objects(bucket, (file.relative_to(root).as_posix() for file, _ in files))
    return files


def _data_files(folder: Path) -> Iterator[tuple[Path, int]]:
    """Yield the files below a folder with their sizes, except hidden ones: as in Athena, `_…` and `.…`."""
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(("_", ".")))
        for name in sorted(names):
            if not name.startswith(("_", ".")):
                file = Path(path) / name
                size = file.stat().st_size
                if size:
                    yield file, size


def _check_hive_style(location: str, keys: dict[str, str], values: list[str]) -> None:
    """Raise QueryError unless the location spells the partition's values: DuckDB reads them from the path."""
    segments = [part.partition("=")[::2] for part in location.rstrip("/").split("/")[-len(keys) :]]
    found = [(name, _canonical(unquote(value))) for name, value in segments]
    if found != list(zip(keys, map(_canonical, values), strict=True)):
        raise QueryError(
            "NOT_SUPPORTED",
            f"Partition {values} is at {location}; local queries need <key>=<value> folders "
            f"for {', '.join(keys)}",
        )


def _canonical(value: str) -> str:
    return str(int(value)) if value.isdigit() else value


def create_view(
    connection: duckdb.DuckDBPyConnection, table: CatalogTable, buckets: Path, with_path: bool = False
) -> None:
    """Create the view `<database>.<name>` of the table, with exactly the catalog's columns and types.

    `with_path` adds the column `$path`, the location of the row's object; `buckets` is the folder of all
    buckets. Raises QueryError for a table that is not Parquet, and for files that are damaged.
    """
    _check_format(table)
    source, present = _source(connection, table, with_path)
    columns = [
        f"{_read(quote(name), kind) if name in present else f'CAST(NULL AS {stored(kind)})'} AS {quote(name)}"
        for name, kind in table.types().items()
        if name in table.columns
    ]
    # Not cast, because DuckDB skips files only for a filter on the plain column; the reader sets its type.
    columns += [
        quote(name) if present else f"CAST(NULL AS {stored(hive_type(kind))}) AS {quote(name)}"
        for name, kind in table.keys.items()
    ]
    if with_path:
        path = f"replace(filename, {literal(f'{buckets}/')}, 's3://')" if present else "CAST(NULL AS VARCHAR)"
        columns.append(f'{path} AS "$path"')
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quote(table.database)}")
    connection.execute(
        f"CREATE VIEW {quote(table.database)}.{quote(table.name)} AS SELECT {', '.join(columns)} {source}"
    )


def _read(sql: str, kind: Type) -> str:
    """Return a file's column as the compiler stores its type: timestamps to the millisecond."""
    if kind.name == "timestamp":
        return rounded(f"CAST({sql} AS TIMESTAMP)", kind.args[0])
    if kind.name == "row":
        fields = zip(kind.labels, kind.items, strict=True)
        made = ", ".join(f"f{i}: {_read(f'({sql}).{quote(n)}', item)}" for i, (n, item) in enumerate(fields))
        return f"CASE WHEN {sql} IS NULL THEN NULL ELSE {{{made}}} END"
    if kind.name == "array" and kind.element.items:
        return f"list_transform({sql}, lambda x: {_read('x', kind.element)})"
    return f"CAST({sql} AS {stored(kind)})"


def _check_format(table: CatalogTable) -> None:
    serde = table.raw.get("StorageDescriptor", {}).get("SerdeInfo", {}).get("SerializationLibrary", "")
    if "parquet" not in serde.lower():
        raise QueryError(
            "NOT_SUPPORTED",
            f"Table {table.database}.{table.name} has the serde '{serde}'; local queries read Parquet only",
        )


def _source(
    connection: duckdb.DuckDBPyConnection, table: CatalogTable, with_path: bool
) -> tuple[str, set[str]]:
    """Return the FROM clause of the table's files, and the names of the columns that they have."""
    if not table.files:
        return "WHERE false", set()
    files = ", ".join(literal(str(path)) for path, _ in table.files)
    options = ["union_by_name = true", "hive_partitioning = false"]
    if table.keys:
        types = ", ".join(f"{quote(name)}: {stored(hive_type(kind))}" for name, kind in table.keys.items())
        options = ["union_by_name = true", "hive_partitioning = true", f"hive_types = {{{types}}}"]
    if with_path:
        options.append("filename = true")
    source = f"FROM read_parquet([{files}], {', '.join(options)})"
    try:
        found = connection.execute(f"DESCRIBE SELECT * {source}").fetchall()
    except duckdb.Error as error:
        raise QueryError("HIVE_BAD_DATA", f"{table.database}.{table.name}: {error}") from error
    return source, {str(row[0]).lower() for row in found}


def quote(name: str) -> str:
    """Return an identifier as SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a string as SQL."""
    return "'" + text.replace("'", "''") + "'"


_FILES_READ = re.compile(r"(\d+)/(\d+)")
"""Files that a scan reads / files of the table."""


def scanned_bytes(plan: Any, tables: list[CatalogTable]) -> int:
    """Return the bytes of the files that a query plan (EXPLAIN, as JSON) reads after skipping partitions.

    The plan names the number of files that each scan reads, not the files: a scan counts the same share of
    its table's bytes. A scan is matched to a table by its total number of files.
    """
    candidates = [table for table in tables if table.files]
    total = 0
    for node in _scans(plan):
        share = _FILES_READ.match(str(node.get("Scanning Files", "")))
        matching = [table for table in candidates if not share or len(table.files) == int(share[2])]
        table = (matching or tables)[0]
        total += table.size if not share else table.size * int(share[1]) // max(1, int(share[2]))
        if len(matching) > 1:
            candidates.remove(table)
    return total


def _scans(node: Any) -> Iterator[dict[str, Any]]:
    """Yield the details of each Parquet scan in a plan."""
    if isinstance(node, list):
        for child in node:
            yield from _scans(child)
    elif isinstance(node, dict):
        if str(node.get("name", "")).strip() == "READ_PARQUET":
            yield node.get("extra_info", {})
        yield from _scans(node.get("children", []))
