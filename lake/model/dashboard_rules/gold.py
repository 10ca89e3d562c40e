"""Check of dashboards against the contracts of gold: each column exists and has a type that fits its use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import TYPE_CHECKING

from lake.model.columns import Column
from lake.model.dashboard_rules.columns import declared_columns
from lake.model.dashboard_rules.served import served_problems
from lake.model.dashboards.fields import Aggregation, Measure
from lake.model.dashboards.visuals import Bars, Dashboard, Funnel, Kpi, Table, Visual

if TYPE_CHECKING:
    from lake.model.declaration import Declaration

KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
MOST_VISUALS = 50
"""QuickSight's limit for one sheet."""

FACTS: Mapping[type[Visual], tuple[str, ...]] = {
    Kpi: ("", "change"),
    Bars: ("top", "top_value", "top_share", "period"),
    Funnel: ("month", "lost", "lost_share", "lost_after", "lost_before", "completed"),
}
"""Facts of a visual that a headline can name: `{key}` for "", `{key.fact}` for others."""


def dashboard_problems(domain: Declaration) -> Iterator[str]:
    """Yield a sentence for each contradiction between a domain's dashboards and its gold tables."""
    dashboards = (*domain.shown_dashboards, *domain.live)
    for key, number in Counter(each.key for each in dashboards).items():
        if number > 1:
            yield f"dashboard '{key}' is declared {number} times: rename one"
    for dashboard in dashboards:
        for problem in _dashboard(dashboard, domain):
            yield f"dashboard {dashboard.key}: {problem}"


def _dashboard(dashboard: Dashboard, domain: Declaration) -> Iterator[str]:
    keys = [dashboard.key, *(each.key for sheet in dashboard.sheets for each in sheet.visuals)]
    yield from (
        f"key '{key}' is not lower case letters, digits, - and _" for key in keys if not KEY.fullmatch(key)
    )
    yield from (f"visual '{key}' is declared {n} times" for key, n in Counter(keys[1:]).items() if n > 1)
    for sheet in dashboard.sheets:
        if len(sheet.visuals) > MOST_VISUALS:
            yield f"sheet {sheet.title} has {len(sheet.visuals)} visuals, {MOST_VISUALS} are the limit"
    for visual in dashboard.visuals:
        for problem in _visual(visual, domain):
            yield f"visual {visual.key}: {problem}"
        if dashboard.is_live != bool(visual.dataset.served):
            yield f"visual {visual.key}: served marts stand on live dashboards alone: use another dataset"
    used = {column for each in dashboard.visuals for column in declared_columns(domain, each.dataset)}
    for chosen in dashboard.filters:
        if chosen.column and chosen.column not in used:
            yield f"filter {chosen.key}: no visual's table has a column '{chosen.column}': remove it"
    for text in (dashboard.headline, dashboard.first_headline):
        yield from _headline(text, dashboard)


def _visual(visual: Visual, domain: Declaration) -> Iterator[str]:
    yield from _labels(visual)
    dataset = visual.dataset
    marts = sorted(mart.name for mart in domain.published_marts)
    if [bool(dataset.table), bool(dataset.query), bool(dataset.served)].count(True) != 1:
        yield "its dataset is not one of a gold table, a named query and a served mart: name one of them"
    elif dataset.query:
        if dataset.query not in {query for question in domain.questions for query in question.queries}:
            yield f"there is no named query '{dataset.query}': name it in a question of the domain"
    elif dataset.table and dataset.table not in marts:
        yield f"there is no gold table '{dataset.table}': known are {', '.join(marts)}"
    elif dataset.served and (problems := list(served_problems(domain, dataset))):
        yield from problems
    else:
        yield from _columns(visual, declared_columns(domain, dataset))


def _columns(visual: Visual, columns: Mapping[str, Column]) -> Iterator[str]:
    table, date = visual.dataset.name, visual.dataset.date
    for name in dict.fromkeys(visual.columns()):
        if name not in columns:
            yield (f"{table} has no column '{name}': name one of {', '.join(columns)}, or declare it")
    if date in columns and columns[date].type not in ("date", "timestamp"):
        yield f"{table} is dated by '{date}', which is a {columns[date].type}: name a date"
    for measure in visual.measures:
        yield from _types(measure, columns, table)


def _types(measure: Measure, columns: Mapping[str, Column], table: str) -> Iterator[str]:
    column = columns.get(measure.column)
    if measure.aggregation is Aggregation.SUM and column is not None and not _is_number(column.type):
        yield f"{table}.{column.name} is a {column.type}, which has no sum: count it, or name a number"
    for part in measure.parts:
        yield from _types(part, columns, table)


def _is_number(kind: str) -> bool:
    return kind in ("int", "bigint") or kind.startswith("decimal")


def _labels(visual: Visual) -> Iterator[str]:
    labels = [*(d.label for d in visual.dimensions), *(m.label for m in visual.measures)]
    yield from (f"the label '{label}' stands twice" for label, n in Counter(labels).items() if n > 1)
    if isinstance(visual, Table):
        values = [each.label for each in visual.values]
        named = [("sort", visual.sort, labels), *(("changes", each, values) for each in visual.changes)]
        if visual.bar:
            named.append(("bar", visual.bar, values))
        for use, label, known in named:
            if label not in known:
                yield f"{use} names '{label}', which is no label of its: name one of {', '.join(known)}"


def _headline(text: str, dashboard: Dashboard) -> Iterator[str]:
    for _, place, _, _ in Formatter().parse(text):
        if place is None or place in ("month", "month_before"):
            continue
        key, _, fact = place.partition(".")
        visual = dashboard.visual(key)
        facts = FACTS.get(type(visual), ()) if visual else ()
        if fact not in facts:
            yield f"the headline names '{{{place}}}', which no visual gives: correct it"
