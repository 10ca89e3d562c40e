"""Groups and their numbers as a table."""

from __future__ import annotations

import datetime as dt

from dashboard import formats
from dashboard.data.frames import Value
from dashboard.views.cards import Card
from dashboard.views.change import delta
from dashboard.views.groups import Group, groups, percent_of, size_of
from dashboard.views.scope import Scope
from dashboard.views.tables import Cells, headings
from lake.model.dashboards.fields import Dimension
from lake.model.dashboards.visuals import Table


def card(visual: Table, scope: Scope) -> Card:
    """Return the card of a table, the largest number or the newest date first."""
    found = _sorted(groups(scope, scope.shown, visual.by, visual.values), visual)
    past = {}
    if visual.changes and scope.has_before:
        past = {g.key: g.numbers for g in groups(scope, scope.of_month(1), visual.by, visual.values)}
    labels = [each.label for each in visual.values]
    place = labels.index(visual.bar) if visual.bar else None
    top = max((g.numbers[place] or 0 for g in found[: visual.most]), default=0) if place is not None else 0
    rows = [
        {
            "texts": [
                _text(dimension, value)
                for dimension, value in zip(visual.by, group.key, strict=True)
                if not dimension.hidden
            ],
            "numbers": [
                {
                    "text": formats.shown(number, measure.format),
                    "change": delta(number, past[group.key][at], visual.better, measure.format, "")
                    if measure.label in visual.changes and group.key in past
                    else None,
                }
                for at, (measure, number) in enumerate(zip(visual.values, group.numbers, strict=True))
            ],
            "bar": percent_of(group.numbers[place], top) if place is not None else "",
        }
        for group in found[: visual.most]
    ]
    names, numeric = headings([each.label for each in visual.by], visual.values)
    return Card(
        key=visual.key,
        kind="table",
        title=visual.title,
        subtitle=visual.unit,
        width=visual.width,
        body={
            "dimensions": [each.label for each in visual.by if not each.hidden],
            "measures": labels,
            "rows": rows,
            "others": max(0, len(found) - visual.most),
            "bar": visual.bar,
            "changes": visual.changes if past else (),
        },
        cells=Cells(names, numeric, [[*map(_plain, g.key), *g.numbers] for g in found]),
        empty="" if found else "No rows in this selection.",
    )


def _text(dimension: Dimension, value: Value) -> str:
    if isinstance(value, dt.datetime):
        return formats.moment(value)
    if isinstance(value, dt.date):
        return formats.month(value) if dimension.is_month else formats.day(value)
    return dimension.shown(value)


def _plain(value: Value) -> Value:
    return "" if value is None else value


def _sorted(found: list[Group], visual: Table) -> list[Group]:
    """Return the groups by the sorted column downwards; equal ones by their other columns upwards."""
    dimensions = [each.label for each in visual.by]
    texts = sorted(found, key=lambda group: [str(value) for value in group.key])
    if visual.sort in dimensions:
        place = dimensions.index(visual.sort)
        return sorted(texts, key=lambda group: str(group.key[place] or ""), reverse=True)
    at = [each.label for each in visual.values].index(visual.sort)
    return sorted(texts, key=lambda group: size_of(group.numbers[at]), reverse=True)
