"""Gold tables that DuckDB computed from source files, which answer the datasets' SQL of dashboards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from bench.reference.program import reference
from bench.reference.rows import duckdb_type
from dashboard.data.athena import Answer
from dashboard.data.datasets import Datasets
from dashboard.errors import DashboardError
from lake.model.spec import Domain
from lake.naming import Names
from localcloud.context import ACCOUNT, REGION

NAMES = Names(env="dev", account=ACCOUNT, region=REGION)
KINDS = {"VARCHAR": "varchar", "BIGINT": "bigint", "INTEGER": "integer", "BOOLEAN": "boolean", "DATE": "date"}
"""Type of DuckDB → type of Athena's result."""


class ReferenceGold:
    """The gold tables of a domain, computed from `landing`; the logs of checks and runs have no rows."""

    def __init__(self, domain: Domain, landing: Path) -> None:
        self.domain = domain
        self.connection = duckdb.connect()
        reference(domain, landing, self.connection)
        computed = {mart.name for mart in domain.marts}
        for mart in domain.published_marts:
            if mart.name not in computed:
                columns = ", ".join(f'"{each.name}" {duckdb_type(each.type)}' for each in mart.columns)
                self.connection.execute(f'CREATE TABLE "{mart.name}" ({columns})')

    def datasets(self) -> Datasets:
        """Return the datasets on these tables, not loaded."""
        return Datasets(self.domain, NAMES, self, self)

    def ask(self, sql: str, database: str) -> Answer:
        """Answer a dataset's SQL. Raises DashboardError with DuckDB's reason."""
        try:
            found = self.connection.cursor().execute(sql)
        except duckdb.Error as error:
            raise DashboardError(f"the query failed: {error}", where=database, hint="Correct it.") from error
        described = found.description or []
        kinds = [KINDS.get(str(kind), str(kind).lower()) for _, kind, *_ in described]
        rows = [[_text(value) for value in row] for row in found.fetchall()]
        return Answer([name for name, *_ in described], kinds, rows)

    def get_paginator(self, operation: str) -> ReferenceGold:
        """Return what lists the tables' files as S3 does: they never change."""
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> Sequence[Mapping[str, Any]]:
        """Return one file of each table."""
        return [
            {"Contents": [{"Key": f"{Prefix}{mart.name}/part.parquet", "ETag": "1"}]}
            for mart in self.domain.published_marts
        ]


def _text(value: object) -> str:
    """Return a value as Athena's result file has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.000 UTC")
    return format(value, "f") if isinstance(value, Decimal) else str(value)
