"""`information_schema`: databases, tables, views and columns of the catalog as tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb

from localcloud.execution.athena.catalog import database_names, quote
from localcloud.execution.athena.errors import QueryError
from localcloud.execution.athena.sql.scope import Table
from localcloud.execution.athena.sql.types import BIGINT, VARCHAR, Type, hive_type, stored
from localcloud.execution.athena.stored_views import query_of

NAME = "information_schema"
CATALOG = "awsdatacatalog"
_NAMES = ("table_catalog", "table_schema", "table_name")
_COLUMNS: dict[str, dict[str, Type]] = {
    "schemata": {"catalog_name": VARCHAR, "schema_name": VARCHAR},
    "tables": {**dict.fromkeys(_NAMES, VARCHAR), "table_type": VARCHAR},
    "views": {**dict.fromkeys(_NAMES, VARCHAR), "view_definition": VARCHAR},
    "columns": {
        **dict.fromkeys(_NAMES, VARCHAR), "column_name": VARCHAR, "ordinal_position": BIGINT,
        "column_default": VARCHAR, "is_nullable": VARCHAR, "data_type": VARCHAR,
    },
}  # fmt: skip


def table_of(name: str) -> Table:
    """Return a table of the information schema. Raises QueryError for other names."""
    if name not in _COLUMNS:
        known = ", ".join(sorted(_COLUMNS))
        raise QueryError(
            "TABLE_NOT_FOUND", f"Table '{CATALOG}.{NAME}.{name}' does not exist. Tables: {known}"
        )
    return Table(quote(f"{NAME}.{name}"), _COLUMNS[name])


def create(connection: duckdb.DuckDBPyConnection, glue: Any, name: str) -> None:
    """Create a table of the information schema with its rows. Raises QueryError for other names."""
    sql, columns = table_of(name).sql, _COLUMNS[name]
    declared = ", ".join(f"{column} {stored(kind)}" for column, kind in columns.items())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {sql} ({declared})")
    rows = [row for database in sorted(database_names(glue)) for row in _rows(glue, database, name)]
    if rows:
        marks = ", ".join("?" for _ in columns)
        connection.executemany(f"INSERT INTO {sql} VALUES ({marks})", rows)


def _rows(glue: Any, database: str, name: str) -> Iterator[list[Any]]:
    if name == "schemata":
        yield [CATALOG, database]
        return
    for page in glue.get_paginator("get_tables").paginate(DatabaseName=database):
        for table in page["TableList"]:
            own = [CATALOG, database, table["Name"]]
            is_view = table.get("TableType") == "VIRTUAL_VIEW"
            if name == "tables":
                yield [*own, "VIEW" if is_view else "BASE TABLE"]
            elif name == "views" and is_view:
                yield [*own, query_of(table.get("ViewOriginalText", ""))[0]]
            elif name == "columns":
                columns = [
                    *table.get("StorageDescriptor", {}).get("Columns", []),
                    *table.get("PartitionKeys", []),
                ]
                for place, column in enumerate(columns, 1):
                    yield [*own, column["Name"].lower(), place, None, "YES", str(hive_type(column["Type"]))]
