"""Datasets of QuickSight: the columns that a domain's visuals read, and the SQL that gives them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.dashboards.columns import DATETIME, INTEGER, STRING, DatasetColumn, dataset_column
from infra.dashboards.errors import QuickSightError
from lake.model.dashboard_rules.columns import declared_columns
from lake.model.dashboard_rules.queries import query_sql, result_columns
from lake.model.dashboards.fields import Dataset
from lake.model.spec import Domain
from lake.naming import Names

MONTHS_BACK = "months_back"
"""Months between a row's month and the newest month of its dataset, which is 0."""

DAYS_BACK = "days_back"
"""Days between a row's date and the newest date of its dataset, which is 0."""

ROW_COUNT = "row_count"
"""1 for each row, to count rows."""

NO_VALUE = "Unknown"
"""What a filter offers for rows without a value."""


def choice_column(name: str) -> str:
    """Return the name of the column by which a filter chooses: it has NO_VALUE where its column is null."""
    return f"{name}_choice"


def time_column(name: str) -> str:
    """Return the name of the column that holds the times of a column, which itself holds their days."""
    return f"{name}_time"


SPICE, DIRECT_QUERY = "SPICE", "DIRECT_QUERY"


@dataclass(frozen=True, kw_only=True)
class PlannedDataset:
    """A dataset of QuickSight. `columns` are those of gold, by name, and then those that filters need."""

    dataset: Dataset
    columns: Mapping[str, DatasetColumn]
    sql: str

    @property
    def name(self) -> str:
        return self.dataset.name

    @property
    def import_mode(self) -> str:
        """SPICE if it holds all values exactly, otherwise each visual asks Athena."""
        is_exact = all(column.is_exact_in_spice for column in self.columns.values())
        return SPICE if is_exact else DIRECT_QUERY

    def declared_columns(self) -> list[dict[str, Any]]:
        """Return the columns in the order of the SQL."""
        return [column.declared() for column in self.columns.values()]


def planned_datasets(domain: Domain, database: str) -> dict[Dataset, PlannedDataset]:
    """Return the datasets that a domain's dashboards need. `database` is the name of gold in the catalog.

    Raises QuickSightError, with dashboard and visual, for a column that gold does not have or that has no
    type in QuickSight.
    """
    needed: dict[Dataset, dict[str, DatasetColumn]] = defaultdict(dict)
    for dashboard in domain.shown_dashboards:
        for visual in dashboard.visuals:
            where = f"dashboard {dashboard.key}: visual {visual.key}"
            kinds = column_types(domain, visual.dataset)
            chosen = [each.column for each in dashboard.filters if each.column in kinds]
            for name in (*visual.columns(), *chosen):
                if name not in kinds:
                    raise QuickSightError(
                        f"{visual.dataset.name} has no column '{name}' of a known type.",
                        where=where,
                        hint=f"Name one of {', '.join(kinds)}.",
                    )
                needed[visual.dataset][name] = dataset_column(name, kinds[name], where=where)
            for column in (needed[visual.dataset][name] for name in chosen):
                if column.type == STRING:
                    added = _choice(column)
                    needed[visual.dataset][added.name] = added
            for each in visual.dimensions:
                if each.has_time:
                    name = time_column(each.column)
                    needed[visual.dataset][name] = DatasetColumn(
                        name=name, type=DATETIME, sql=f'CAST("{each.column}" AS timestamp)'
                    )
    return {
        dataset: _planned(domain, dataset, [columns[name] for name in sorted(columns)], database)
        for dataset, columns in needed.items()
    }


def _choice(column: DatasetColumn) -> DatasetColumn:
    sql = f"coalesce({column.sql}, '{NO_VALUE}')"
    return DatasetColumn(name=choice_column(column.name), type=STRING, sql=sql)


def column_types(domain: Domain, dataset: Dataset) -> dict[str, str]:
    """Return the types of a dataset's columns, by name.

    A named query's column has the type of the gold column with its name in the tables that the query reads;
    the column that dates its rows is a date. Other columns of a query have no known type and are left out.
    """
    if dataset.table:
        return {column.name: column.type for column in declared_columns(domain, dataset).values()}
    marts = {mart.name: mart for mart in domain.published_marts}
    sql = query_sql(domain.name, dataset.query) or ""
    kinds: dict[str, set[str]] = defaultdict(set)
    for table in tables_of(sql, marts):
        for column in marts[table].columns:
            kinds[column.name].add(column.type)
    found = {name: next(iter(kinds[name])) for name in result_columns(sql) if len(kinds.get(name, ())) == 1}
    return found | ({dataset.date: "date"} if dataset.date in result_columns(sql) else {})


def tables_of(sql: str, known: Mapping[str, object] | Sequence[str]) -> list[str]:
    """Return the gold tables that a query reads."""
    return [name for name in known if re.search(rf"\b{re.escape(name)}\b", sql)]


def _planned(
    domain: Domain, dataset: Dataset, columns: Sequence[DatasetColumn], database: str
) -> PlannedDataset:
    added = [DatasetColumn(name=ROW_COUNT, type=INTEGER, sql="1")]
    if dataset.date:
        date = next(column.sql for column in columns if column.name == dataset.date)
        month = f"date_trunc('month', {date})"
        added += [
            DatasetColumn(
                name=MONTHS_BACK,
                type=INTEGER,
                sql=f"date_diff('month', {month}, max({month}) OVER ())",
            ),
            DatasetColumn(name=DAYS_BACK, type=INTEGER, sql=f"date_diff('day', {date}, max({date}) OVER ())"),
        ]
    every = {column.name: column for column in (*columns, *added)}
    listed = ",\n  ".join(f'{column.sql} AS "{column.name}"' for column in every.values())
    source = f'"{database}"."{dataset.table}"' if dataset.table else _named(domain, dataset, database)
    return PlannedDataset(dataset=dataset, columns=every, sql=f"SELECT\n  {listed}\nFROM {source}")


def _named(domain: Domain, dataset: Dataset, database: str) -> str:
    """Return a named query as a source, with the database of each of its tables.

    A dataset has no database of its own. The tables, and those of their partitions, are named before the
    query reads them.
    """
    sql = (query_sql(domain.name, dataset.query) or "").rstrip().rstrip(";")
    tables = tables_of(sql, [mart.name for mart in domain.published_marts])
    named = [name for table in tables for name in (table, f"{table}$partitions") if _reads(sql, name)]
    heads = ",\n".join(f'"{name}" AS (SELECT * FROM "{database}"."{name}")' for name in named)
    return f"(\nWITH {heads}\nSELECT * FROM (\n{sql}\n)\n)"


def _reads(sql: str, name: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", sql) is not None


def spice_datasets(domain: Domain, names: Names) -> list[str]:
    """Return the ids of a domain's datasets that a publication must refresh."""
    planned = planned_datasets(domain, names.database(domain.name, "gold"))
    return [
        names.quicksight(domain.name, each.name) for each in planned.values() if each.import_mode == SPICE
    ]
