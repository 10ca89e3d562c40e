"""Runs a domain's Athena queries over literal rows, in DuckDB."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

import duckdb
import sqlglot

from bench.reference.rows import duckdb_type
from lake.files.layers import mart_keys
from lake.model.spec import Domain, Mart
from tests.frames import parse

Answer = Callable[..., tuple[list[str], list[tuple[str | None, ...]]]]


def text_of(domain: Domain, query: str) -> str:
    """Return the SQL of a query."""
    return (resources.files(f"domains.{domain.name}") / "queries" / f"{query}.sql").read_text("utf-8")


def answers_of(domain: Domain) -> Answer:
    """Return a function that runs a query over literal marts (name → table).

    A row of a partitioned mart is in the partition of its date, unless it names its keys. The function
    returns the header and the rows in order, as text.
    """

    def run(query: str, **marts: str) -> tuple[list[str], list[tuple[str | None, ...]]]:
        connection = duckdb.connect()
        for name, table in marts.items():
            mart = domain.mart(name)
            columns = ", ".join(f"{c.name} {duckdb_type(c.type)}" for c in (*mart.columns, *mart_keys(mart)))
            connection.execute(f"CREATE TABLE {name} ({columns})")
            header, body = parse(table)
            insert = f"INSERT INTO {name} ({', '.join(header)}) VALUES ({', '.join('?' * len(header))})"
            for row in body:
                connection.execute(insert, row)
            _add_partitions(connection, mart)
        result = connection.sql(sqlglot.transpile(text_of(domain, query), read="athena", write="duckdb")[0])
        rows = result.fetchall()
        return result.columns, [tuple(None if cell is None else str(cell) for cell in row) for row in rows]

    return run


def _add_partitions(connection: duckdb.DuckDBPyConnection, mart: Mart) -> None:
    """Fill in the partition keys that rows do not name, and list the partitions as Athena does."""
    if not mart.partition_keys:
        return
    for key in mart.partition_keys:
        connection.execute(f"UPDATE {mart.name} SET {key} = {key}({mart.dated_by}) WHERE {key} IS NULL")
    keys = ", ".join(mart.partition_keys)
    connection.execute(f'CREATE VIEW "{mart.name}$partitions" AS SELECT DISTINCT {keys} FROM {mart.name}')
