"""The entry of the compiler: a parsed query in, DuckDB's SQL and the types of its columns out."""

from __future__ import annotations

import datetime as dt

from sqlglot import exp

from localcloud.execution.athena.errors import QueryError
from localcloud.execution.athena.sql.scope import Catalog, Columns, Table
from localcloud.execution.athena.sql.selects import QueryCompiler


def compile_query(
    query: exp.Expr, catalog: Catalog, database: str, now: dt.datetime | None = None
) -> Columns:
    """Return DuckDB's SQL of a query, with Athena's meaning.

    `catalog` finds tables by (database, name). Raises QueryError for a query that Athena would refuse, and
    for one that is not supported locally.
    """
    moment = (now or dt.datetime.now(dt.UTC)).replace(tzinfo=None)
    return QueryCompiler(catalog, database, moment).compile(query)


def no_tables(database: str, name: str) -> Table:
    """Stand for a catalog without tables."""
    raise QueryError("TABLE_NOT_FOUND", f"Table 'awsdatacatalog.{database}.{name}' does not exist")
