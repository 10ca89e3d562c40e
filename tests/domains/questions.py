"""Runs a domain's Athena queries over literal rows, in DuckDB."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

import duckdb
import sqlglot

from bench.reference_rows import duckdb_type
from lake.model.spec import Domain
from tests.frames import parse

Answer = Callable[..., tuple[list[str], list[tuple[str | None, ...]]]]


def text_of(domain: Domain, query: str) -> str:
    """Return the SQL of a query."""
    return (resources.files(f"domains.{domain.name}") / "queries" / f"{query}.sql").read_text("utf-8")


def answers_of(domain: Domain) -> Answer:
    """Return a function that runs a query over literal marts (name → table).

    That function returns the header and the rows in order, as text.
    """

    def run(query: str, **marts: str) -> tuple[list[str], list[tuple[str | None, ...]]]:
        connection = duckdb.connect()
        for name, table in marts.items():
            columns = ", ".join(f"{c.name} {duckdb_type(c.type)}" for c in domain.mart(name).columns)
            connection.execute(f"CREATE TABLE {name} ({columns})")
            header, body = parse(table)
            insert = f"INSERT INTO {name} ({', '.join(header)}) VALUES ({', '.join('?' * len(header))})"
            for row in body:
                connection.execute(insert, row)
        result = connection.sql(sqlglot.transpile(text_of(domain, query), read="athena", write="duckdb")[0])
        rows = result.fetchall()
        return result.columns, [tuple(None if cell is None else str(cell) for cell in row) for row in rows]

    return run
