"""`"table$partitions"`: the registered partitions of a table as a table of their keys."""

from __future__ import annotations

from typing import Any

import duckdb

from localcloud.execution.athena.catalog import CatalogTable, quote, table_names
from localcloud.execution.athena.errors import TableNotFoundError
from localcloud.execution.athena.sql.scope import Table
from localcloud.execution.athena.sql.types import hive_type, stored

SUFFIX = "$partitions"
_NULL = "__HIVE_DEFAULT_PARTITION__"
"""Value of a partition key that is null."""


def table_of(glue: Any, table: CatalogTable) -> Table:
    """Return the table of a table's partitions: a row for each, a column for each key, in their types.

    Raises TableNotFoundError for a table without partition keys.
    """
    name = f"{table.name}{SUFFIX}"
    if not table.keys:
        raise TableNotFoundError(table.database, name, table_names(glue, table.database))
    types = {key: hive_type(kind) for key, kind in table.keys.items()}
    return Table(quote(f"{table.database}.{name}"), types)


def create(connection: duckdb.DuckDBPyConnection, table: CatalogTable) -> None:
    """Create the table of the partitions of a table that has partition keys."""
    sql = quote(f"{table.database}.{table.name}{SUFFIX}")
    declared = ", ".join(f"{quote(key)} {stored(hive_type(kind))}" for key, kind in table.keys.items())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {sql} ({declared})")
    rows = [
        [None if value == _NULL else value for value in partition["Values"]] for partition in table.partitions
    ]
    if rows:
        connection.executemany(f"INSERT INTO {sql} VALUES ({', '.join('?' for _ in table.keys)})", rows)
