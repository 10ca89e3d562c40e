"""Gold tables of literal rows, which answer the datasets' SQL in place of Athena."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import sqlglot

from dashboard.application import Site
from dashboard.data.athena import Answer
from dashboard.data.datasets import Datasets
from dashboard.errors import DashboardError
from lake.model.dashboard_rules.queries import query_sql
from lake.model.discovery import load_domain
from lake.model.spec import Domain
from lake.naming import Names

NAMES = Names(env="dev", account="123456789012", region="us-east-1")
KINDS = {"VARCHAR": "varchar", "BIGINT": "bigint", "INTEGER": "integer", "BOOLEAN": "boolean", "DATE": "date"}


class Gold:
    """The gold tables of one domain: empty until rows are added. `versions` counts the changes of each."""

    def __init__(self, domain: str) -> None:
        self.domain: Domain = load_domain(domain)
        self.connection = duckdb.connect()
        self.asked: list[str] = []
        self.versions: dict[str, int] = {}
        for mart in self.domain.published_marts:
            columns = ", ".join(
                f'"{c.name}" {"VARCHAR" if c.type == "string" else c.type}' for c in mart.columns
            )
            self.connection.execute(f'CREATE TABLE "{mart.name}" ({columns})')
            self.versions[mart.name] = 1

    def add(self, table: str, *rows: Mapping[str, Any]) -> Gold:
        """Add rows; columns that a row does not name are null."""
        for row in rows:
            names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" for _ in row)
            self.connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(row.values()))
        self.versions[table] += 1
        return self

    def drop(self, table: str) -> None:
        """Remove a table, as if it was never published."""
        self.connection.execute(f'DROP TABLE "{table}"')

    def one(self, sql: str) -> Any:
        """Return the first value of an independent query."""
        return self.connection.execute(sql).fetchall()[0][0]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of an independent query."""
        return list(self.connection.execute(sql).fetchall())

    def ask(self, sql: str, database: str) -> Answer:
        self.asked.append(sql)
        try:
            found = self.connection.cursor().execute(sql)
            names = [each[0] for each in found.description]
            kinds = [str(each[1]) for each in found.description]
            rows = found.fetchall()
        except duckdb.Error as error:
            raise DashboardError(f"the query failed: {error}", where=database, hint="Correct it.") from error
        return Answer(
            names,
            [KINDS.get(kind, kind.lower()) for kind in kinds],
            [[_text(v) for v in row] for row in rows],
        )

    def named(self, query: str, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of `sql` over `q`, the rows of a named query."""
        for mart in self.domain.published_marts:
            keys = ", ".join(f"{key}({mart.dated_by}) AS {key}" for key in mart.partition_keys)
            if keys:
                self.connection.execute(
                    f'CREATE OR REPLACE VIEW "{mart.name}$partitions" AS '
                    f"SELECT DISTINCT {keys} FROM {mart.name}"
                )
        text = sqlglot.transpile(query_sql(self.domain.name, query) or "", read="athena", write="duckdb")[0]
        for mart in self.domain.published_marts:
            if mart.partition_keys:
                keys = ", ".join(f"{key}({mart.dated_by}) AS {key}" for key in mart.partition_keys)
                text = re.sub(
                    rf"\b(FROM|JOIN) {mart.name}\b", rf"\1 (SELECT *, {keys} FROM {mart.name})", text
                )
        return self.rows(f"WITH q AS ({text}) {sql}")

    # --- as S3

    def get_paginator(self, operation: str) -> Gold:
        assert operation == "list_objects_v2"
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> Sequence[Mapping[str, Any]]:
        files = [
            {"Key": f"{Prefix}{table}/part-00000.parquet", "ETag": str(version)}
            for table, version in self.versions.items()
        ]
        return [{"Contents": files[:1]}, {"Contents": files[1:]}, {}]

    def datasets(self) -> Datasets:
        """Return the datasets on these tables, not loaded."""
        return Datasets(self.domain, NAMES, self, self)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.000 UTC")
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def site(*golds: Gold, packages: Path) -> Site:
    """Return a loaded site on these tables."""
    found = Site(
        [each.domain for each in golds], {each.domain.name: each.datasets() for each in golds}, packages
    )
    found.load()
    return found


def day(text: str) -> dt.date:
    """Return a date."""
    return dt.date.fromisoformat(text)


def money(text: str) -> Decimal:
    """Return an exact amount."""
    return Decimal(text)
