"""QuickSight's numbers on the gold of a test: each dataset's SQL runs, and the definition is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import sqlglot

from infra.dashboards.datasets import planned_datasets
from infra.dashboards.definition.compiler import definition
from tests.dashboard.gold import Gold
from tests.infra.dashboards.expressions import Row
from tests.infra.dashboards.quicksight import Dashboard, loaded

DATABASE = "gold_of_a_test"


def compiled(
    gold: Gold,
    dashboard: str,
    *,
    parameters: Mapping[str, int] | None = None,
    chosen: Mapping[str, Sequence[str]] | None = None,
) -> Dashboard:
    """Return a dashboard of QuickSight on the rows that its datasets' SQL gives."""
    found = next(each for each in gold.domain.shown_dashboards if each.key == dashboard)
    planned = planned_datasets(gold.domain, DATABASE)
    made = definition(
        found, planned, lambda name: f"arn:aws:quicksight:us-east-1:123456789012:dataset/{name}"
    )
    used = {visual.dataset for visual in found.visuals}
    rows = {
        dataset.name: loaded(
            rows_of(gold, planned[dataset].sql),
            planned[dataset].declared_columns(),
            planned[dataset].import_mode,
        )
        for dataset in used
    }
    return Dashboard(made, rows, parameters=parameters, chosen=chosen)


def rows_of(gold: Gold, sql: str) -> list[dict[str, Any]]:
    """Return the rows of a dataset's SQL, which names the database of its tables."""
    _add_database(gold)
    cursor = gold.connection.cursor().execute(_transpiled(sql))
    names = [each[0] for each in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def rows_by_dataset(gold: Gold) -> Mapping[str, list[Row]]:
    """Return the rows of all datasets of a domain, by name."""
    planned = planned_datasets(gold.domain, DATABASE).values()
    return {
        each.name: loaded(rows_of(gold, each.sql), each.declared_columns(), each.import_mode)
        for each in planned
    }


@cache
def _transpiled(sql: str) -> str:
    return sqlglot.transpile(sql, read="athena", write="duckdb")[0]


def _add_database(gold: Gold) -> None:
    """Show the tables in a database, with partition keys, and the tables of their partitions."""
    gold.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {DATABASE}")
    for mart in gold.domain.published_marts:
        keys = ", ".join(f"{key}({mart.dated_by}) AS {key}" for key in mart.partition_keys)
        source = f"SELECT *{', ' + keys if keys else ''} FROM main.{mart.name}"
        gold.connection.execute(f'CREATE OR REPLACE VIEW {DATABASE}."{mart.name}" AS {source}')
        if keys:
            gold.connection.execute(
                f'CREATE OR REPLACE VIEW {DATABASE}."{mart.name}$partitions" AS '
                f"SELECT DISTINCT {keys} FROM main.{mart.name}"
            )
