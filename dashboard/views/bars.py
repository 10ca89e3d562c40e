"""Groups as horizontal bars, and as shares of the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import formats
from dashboard.periods import months_before
from dashboard.views.cards import Card
from dashboard.views.change import delta
from dashboard.views.groups import Group, Number, groups, in_order, largest, percent_of, share
from dashboard.views.scope import Scope
from dashboard.views.tables import Cells, headings
from lake.model.dashboards.fields import Format, Measure
from lake.model.dashboards.visuals import Bars, Better, Shares

Past = Mapping[tuple[object, ...], Number]
"""The first number of each group in the month before."""


def bars(visual: Bars, scope: Scope) -> Card:
    """Return the card of bars."""
    found = in_order(groups(scope, scope.shown, (visual.by,), visual.values), visual.by)
    before = _before(scope, visual) if visual.compares and scope.has_before else {}
    wholes = [scope.compute(each, scope.shown) for each in visual.values]
    names, numeric = headings([visual.by.label], visual.values)
    rows = [[visual.by.shown(group.key[0]), *group.numbers] for group in found]
    if before:
        names, numeric = [*names, "Month before"], [*numeric, True]
        rows = [[*row, before.get(group.key)] for row, group in zip(rows, found, strict=True)]
    return Card(
        key=visual.key,
        kind="bars",
        title=visual.title,
        subtitle=visual.unit,
        width=visual.width,
        body={
            "bars": _drawn(found, before, visual, wholes),
            "legend": [each.label for each in visual.values] if len(visual.values) > 1 else [],
            "before": formats.month_name(months_before(scope.month, 1)) if before and scope.month else "",
            "others": max(0, len(found) - visual.most),
        },
        cells=Cells(names, numeric, rows),
        facts=_facts(found, visual, wholes[0], scope.period_text()),
        empty="" if found else "No rows in this selection.",
    )


def _before(scope: Scope, visual: Bars) -> Past:
    found = groups(scope, scope.of_month(1), (visual.by,), visual.values[:1])
    return {group.key: group.numbers[0] for group in found}


def _bar(
    group: Group, lengths: Sequence[Number], tops: Sequence[Number], visual: Bars, shares_of: Sequence[Number]
) -> list[dict[str, str]]:
    """Return one line per value: its text, its length in percent of the largest, and its tooltip."""
    lines = []
    for place, measure in enumerate(visual.values):
        number = formats.shown(group.numbers[place], measure.format)
        part = formats.shown(shares_of[place], Format.PERCENT)
        lines.append(
            {
                "text": part if visual.as_shares else number,
                "length": percent_of(lengths[place], tops[place]),
                "tip": f"{visual.by.shown(group.key[0])} · {measure.label} {number} ({part})",
            }
        )
    return lines


def _drawn(
    found: Sequence[Group], before: Past, visual: Bars, wholes: Sequence[Number]
) -> list[dict[str, Any]]:
    """Return the bars. Shares have one scale, other values one each, which the month before shares."""
    parts = [[share(n, whole) for n, whole in zip(g.numbers, wholes, strict=True)] for g in found]
    lengths: list[list[Number]] = (
        [list(row) for row in parts] if visual.as_shares else [list(g.numbers) for g in found]
    )
    tops: list[Number] = [largest([row[place] for row in lengths]) for place in range(len(wholes))]
    if visual.as_shares:
        tops = [largest(tops)] * len(tops)
    else:
        tops[0] = largest([tops[0], *before.values()])
    form = visual.values[0].format
    return [
        {
            "name": visual.by.shown(group.key[0]),
            "lines": _bar(group, lengths[at], tops, visual, parts[at]),
            "tick": percent_of(before[group.key], tops[0]) if group.key in before else "",
            "change": delta(group.numbers[0], before.get(group.key), Better.MORE, form, ""),
        }
        for at, group in enumerate(found[: visual.most])
    ]


def _facts(found: list[Group], visual: Bars, whole: Number, period: str) -> dict[str, str]:
    if not found:
        return {}
    first = found[0]
    return {
        "top": visual.by.shown(first.key[0]),
        "top_value": formats.shown(first.numbers[0], visual.values[0].format),
        "top_share": formats.shown(share(first.numbers[0], whole), Format.PERCENT),
        "period": period,
    }


def _counted(number: str, label: str) -> str:
    return f"{number} {label.removesuffix('s') if number == '1' else label}"


def shares(visual: Shares, scope: Scope) -> Card:
    """Return the card of shares in the whole."""
    measures: tuple[Measure, ...] = (visual.value, visual.also)
    found = in_order(groups(scope, scope.shown, (visual.by,), measures), visual.by)
    whole = scope.compute(visual.value, scope.shown)
    past = {g.key: g.numbers for g in groups(scope, scope.of_month(1), (visual.by,), measures)}
    items = []
    for group in found:
        count, also = group.numbers
        before = past[group.key][1] if scope.has_before and group.key in past else None
        change = formats.change(formats.relative(also, before))
        details = [
            _counted(formats.shown(count, visual.value.format), visual.value.label.lower()),
            formats.shown(also, visual.also.format),
            *([change] if change != formats.MISSING else []),
        ]
        items.append(
            {
                "name": visual.by.shown(group.key[0]),
                "share": formats.shown(share(count, whole), Format.PERCENT),
                "length": percent_of(count, whole),
                "detail": " · ".join(details),
            }
        )
    names, numeric = headings([visual.by.label], measures)
    return Card(
        key=visual.key,
        kind="shares",
        title=visual.title,
        subtitle=visual.unit,
        width=visual.width,
        body={"items": items},
        cells=Cells(names, numeric, [[visual.by.shown(g.key[0]), *g.numbers] for g in found]),
        empty="" if found else "No rows in this selection.",
    )
