"""How a visual is computed: in words, as SQL, and from which columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.data.datasets import columns_of, sql_of
from lake.model.dashboards.fields import Aggregation, Measure, Period, Unit
from lake.model.dashboards.visuals import Dashboard, Visual
from lake.model.spec import Domain


@dataclass(frozen=True)
class About:
    """The explanation of one visual."""

    title: str
    unit: str
    period: str
    measures: Sequence[tuple[str, str]]
    groups: Sequence[str]
    filters: Sequence[tuple[str, bool]]
    source: str
    description: str
    columns: Sequence[tuple[str, str, str]]
    sql: str
    questions: Sequence[tuple[int, str, Sequence[str]]]


def about(domain: Domain, dashboard: Dashboard, visual: Visual) -> About:
    """Return the explanation of a visual."""
    dataset = visual.dataset
    mart = next((each for each in domain.published_marts if each.name == dataset.table), None)
    read = columns_of(domain)[dataset]
    used = set(visual.columns())
    return About(
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
        description=mart.description if mart else f"The rows of the named query {dataset.query}.",
        columns=[(c.name, c.type, c.description) for c in mart.columns if c.name in used] if mart else [],
        sql=sql_of(domain, dataset, read),
        questions=[(each.number, each.title, each.queries) for each in domain.questions],
    )


def in_words(measure: Measure) -> str:
    """Return a measure in words."""
    if measure.aggregation is Aggregation.RATIO:
        above, below = measure.parts
        factor = f" × {measure.factor:,}" if measure.factor != 1 else ""
        return f"({in_words(above)}){factor} ÷ ({in_words(below)}), rounded once"
    only = f" where {measure.only[0]} is {measure.only[1]}" if measure.only else ""
    kind = {
        Aggregation.SUM: f"sum of {measure.column}",
        Aggregation.ROWS: "number of rows",
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
