"""How a visual is computed: in words, as SQL, and from which columns."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from dashboard.data.datasets import columns_of, sql_of
from lake.model.dashboard_rules.queries import query_sql
from lake.model.dashboard_rules.served import served_columns, shapes_of
from lake.model.dashboards.fields import PROVISIONAL, Aggregation, Dataset, Measure, Period, Unit
from lake.model.dashboards.visuals import Dashboard, Visual
from lake.model.spec import Domain
from lake.naming import collection_name


@dataclass(frozen=True)
class Described:
    """What the data dictionary says of a table. `columns`: name, type, meaning, whether it is read here."""

    name: str
    description: str
    columns: Sequence[tuple[str, str, str, bool]]


@dataclass(frozen=True)
class About:
    """The explanation of one visual.

    `tables`: the dictionary's part on each table that is read. `queries`: named queries that read the same
    table, or the one whose rows are shown, with number and title of their question; `is_query` says which.
    `dictionary`: the page of the data dictionary.
    """

    key: str
    title: str
    unit: str
    period: str
    measures: Sequence[tuple[str, str]]
    groups: Sequence[str]
    filters: Sequence[tuple[str, bool]]
    source: str
    tables: Sequence[Described]
    sql: str
    is_served: bool
    is_query: bool
    queries: Sequence[tuple[str, int, str]]
    dictionary: str


def about(domain: Domain, dashboard: Dashboard, visual: Visual) -> About:
    """Return the explanation of a visual."""
    dataset = visual.dataset
    read = tuple(served_columns(domain, dataset)) if dataset.served else columns_of(domain)[dataset]
    return About(
        key=visual.key,
        title=visual.title,
        unit=visual.unit,
        period=_period(visual.period, dataset.date),
        measures=[(each.label, in_words(each)) for each in visual.measures],
        groups=[f"{each.label} ({each.column})" for each in visual.dimensions],
        filters=[
            (each.label, each.column in read or (not each.column and bool(dataset.date)))
            for each in dashboard.filters
        ],
        source=dataset.name,
        tables=list(_tables(domain, dataset, set(visual.columns()))),
        sql=_documents(domain, dataset) if dataset.served else sql_of(domain, dataset, read),
        is_served=bool(dataset.served),
        is_query=bool(dataset.query),
        queries=list(_queries(domain, dataset)),
        dictionary=f"docs/data-dictionary/{domain.name}.md",
    )


def _tables(domain: Domain, dataset: Dataset, used: Collection[str]) -> Iterator[Described]:
    """Yield what the dictionary says of a dataset's table, or of those that its named query reads."""
    sql = query_sql(domain.name, dataset.query) or "" if dataset.query else ""
    for mart in domain.published_marts:
        is_read = re.search(rf"\b{mart.name}\b", sql) is not None
        if is_read or mart.name in (dataset.table, dataset.served):
            columns = [(c.name, c.type, c.description, c.name in used) for c in mart.columns]
            yield Described(mart.name, mart.description, columns)


def _queries(domain: Domain, dataset: Dataset) -> Iterator[tuple[str, int, str]]:
    """Yield the named queries that read a dataset's table, or that the dataset is."""
    for question in domain.questions:
        for query in question.queries:
            sql = query_sql(domain.name, query) or ""
            if dataset.query == query or (dataset.table and re.search(rf"\b{dataset.table}\b", sql)):
                yield query, question.number, question.title


def _documents(domain: Domain, dataset: Dataset) -> str:
    """Return how a served dataset is found in the serving store."""
    shapes = shapes_of(domain.collection(dataset.served), dataset.embed)
    found = "\n".join(
        f"  documents of shape {each.name}" + (f", by {', '.join(each.by)}" if each.by else "")
        for each in shapes
    )
    return (
        f"collection {collection_name(domain.name, dataset.served)}\n{found}\n"
        f"  rows of the embedded table {dataset.embed}, at most {dataset.days} days up to the newest\n"
        f"  {PROVISIONAL} where batch has not published the day"
    )


def in_words(measure: Measure) -> str:
    """Return a measure in words."""
    if measure.aggregation is Aggregation.RATIO:
        above, below = measure.parts
        factor = f" × {measure.factor:,}" if measure.factor != 1 else ""
        return f"({in_words(above)}){factor} ÷ ({in_words(below)}), rounded once"
    only = f" where {measure.only[0]} is {' or '.join(measure.only[1:])}" if measure.only else ""
    kind = {
        Aggregation.SUM: f"sum of {measure.column}",
        Aggregation.ROWS: "number of rows",
        Aggregation.PRESENT: f"number of rows with {measure.column}",
        Aggregation.DISTINCT: f"number of different {measure.column}",
    }[measure.aggregation]
    return kind + only


def _period(period: Period, date: str) -> str:
    if not date or not period.number:
        return "All rows."
    unit = "day" if period.unit is Unit.DAY else "month"
    if period.number == 1:
        return f"The chosen {unit}, by {date}; without a choice the newest with data in this table."
    return f"The last {period.number} {unit}s up to the chosen month, by {date}."
