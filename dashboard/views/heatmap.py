"""Numbers of pairs of groups, in six steps of colour."""

from __future__ import annotations

from decimal import Decimal

from dashboard import formats
from dashboard.data.frames import Value
from dashboard.views.cards import Card
from dashboard.views.groups import Group, groups, in_order
from dashboard.views.scope import Scope
from dashboard.views.tables import Cells
from lake.model.dashboards.fields import Dimension, Format
from lake.model.dashboards.visuals import Heatmap

STEPS = 6


def card(visual: Heatmap, scope: Scope) -> Card:
    """Return the card of a heatmap. Groups with declared names are shown even if they are empty."""
    by_pair = groups(scope, scope.shown, (visual.rows, visual.columns_by), (visual.value,))
    numbers = {group.key: group.numbers[0] for group in by_pair}
    row_groups = in_order(groups(scope, scope.shown, (visual.rows,), (visual.value,)), visual.rows)
    rows = _with_names(row_groups, visual.rows)
    columns = _with_names(
        in_order(groups(scope, scope.shown, (visual.columns_by,), (visual.value,)), visual.columns_by),
        visual.columns_by,
    )
    totals = {group.key[0]: group.numbers[0] for group in row_groups}
    shown = rows[: visual.most]
    top = max((Decimal(n) for n in numbers.values() if n is not None), default=Decimal(0))
    lines = [
        {
            "name": visual.rows.shown(row),
            "cells": [_cell(numbers.get((row, column)), top, visual, row, column) for column in columns],
            "total": formats.shown(totals.get(row), visual.value.format),
        }
        for row in shown
    ]
    names = [visual.columns_by.shown(each) for each in columns]
    return Card(
        key=visual.key,
        kind="heatmap",
        title=visual.title,
        subtitle=visual.unit,
        width=visual.width,
        body={
            "rows": lines,
            "columns": names,
            "every": 3 if len(names) > 12 else 1,
            "corner": visual.rows.label,
            "shows_values": visual.shows_values,
            "legend": _legend(top, visual),
            "others": len(rows) - len(shown),
            "totals": visual.shows_values,
        },
        cells=Cells(
            [visual.rows.label, *names, "Total"],
            [False, *(True for _ in names), True],
            [
                [visual.rows.shown(row), *(numbers.get((row, column)) for column in columns), totals.get(row)]
                for row in rows
            ],
        ),
        empty="" if numbers else "No rows in this selection.",
    )


def _is_few(top: Decimal, visual: Heatmap) -> bool:
    """Return whether each number has a colour of its own."""
    return visual.value.format is Format.COUNT and 0 < top <= STEPS


def _legend(top: Decimal, visual: Heatmap) -> list[str]:
    """Return the number from which each colour is used."""
    if _is_few(top, visual):
        return [formats.shown(number, visual.value.format) for number in range(1, int(top) + 1)]
    return [formats.shown(top * step / STEPS, visual.value.format) for step in range(STEPS)]


def _with_names(found: list[Group], dimension: Dimension) -> list[Value]:
    """Return the values of an axis: all named ones of an ordered dimension, else those that have rows."""
    present = [group.key[0] for group in found]
    if not dimension.ordered:
        return present
    by_text = {str(value): value for value in present}
    named: list[Value] = [by_text.get(value, value) for value, _ in dimension.names]
    return named + [value for value in present if value not in named]


def _cell(
    number: Decimal | int | None, top: Decimal, visual: Heatmap, row: Value, column: Value
) -> dict[str, object]:
    text = formats.shown(number, visual.value.format)
    step = 0
    if number is not None and number > 0 and top > 0:
        step = int(number) if _is_few(top, visual) else min(STEPS, int(Decimal(number) * STEPS / top) + 1)
    tip = (
        f"{visual.rows.shown(row)} · {visual.columns_by.shown(column)} · {text} {visual.value.label.lower()}"
    )
    return {"text": text if number is not None else "·", "step": step, "tip": tip}
