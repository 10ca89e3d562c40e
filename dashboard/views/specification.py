"""Vega-Lite's specification of a trend.

Texts and positions of axes are made here from exact decimals; the browser only draws. Colours are variables
of the style sheet, so that a change of theme draws nothing anew.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

from dashboard import formats
from lake.model.dashboards.visuals import Mark, Trend

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
"""Names the version of the language; nothing is fetched from there."""

COLOURS = ("var(--s1)", "var(--s2)", "var(--s3)", "var(--s4)")
TICKS = 4

LABELS_APART = 6
"""Pixels between labels below the axis; on a narrow screen those that would stand closer are left out."""

_NICE = tuple(Decimal(step) for step in ("1", "2", "2.5", "5", "10"))


@dataclass(frozen=True)
class Point:
    """One mark: `is_full` draws it in full colour, `is_outlined` as a dashed outline with a faint filling."""

    x: str
    y: Decimal | int | None
    series: str
    is_full: bool
    tip: str
    is_outlined: bool = False


def specification(
    drawn: Sequence[Point],
    axis: Sequence[str],
    names: Sequence[str],
    visual: Trend,
    labels: Mapping[str, str],
) -> dict[str, Any]:
    """Return the specification of a trend: `axis` has all points, `labels` those that are labelled."""
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": "container",
        "autosize": {"type": "fit", "contains": "padding", "resize": True},
        "padding": {"left": 0, "right": 4, "top": 6, "bottom": 0},
        "data": {"values": [_datum(each) for each in drawn]},
        "transform": [{"calculate": f"indexof({json.dumps(list(names))}, datum.s)", "as": "rank"}],
        "mark": _mark(visual.mark is Mark.LINE, len(names) == 1),
        "encoding": {
            "x": _across(axis, labels, visual.mark is Mark.LINE),
            "y": _up(nice_ticks(_highest(drawn, visual.mark)), visual),
            "color": _colour(names),
            **(_outlines(names) if any(each.is_outlined for each in drawn) else {}),
            "order": {"field": "rank", "type": "quantitative"},
            "tooltip": {"field": "tip", "type": "nominal"},
            "opacity": {"field": "o", "type": "quantitative", "scale": None},
        },
        "config": _CONFIG,
    }


def _datum(point: Point) -> dict[str, Any]:
    """Return a mark's row. Its number only places it: what is read stands in the tooltip."""
    opacity = 1 if point.is_full else 0.5
    datum = {"x": point.x, "y": float(point.y or 0), "s": point.series, "o": opacity, "tip": point.tip}
    return {**datum, "outlined": True} if point.is_outlined else datum


def _colour(names: Sequence[str]) -> dict[str, Any]:
    return {
        "field": "s",
        "type": "nominal",
        "scale": {"domain": list(names), "range": list(COLOURS[: max(1, len(names))])},
        "legend": None,
    }


def _outlines(names: Sequence[str]) -> dict[str, Any]:
    """Return the encodings by which outlined marks differ: a dashed edge in their colour, faint inside."""
    test = "datum.outlined === true"
    return {
        "stroke": {"condition": {"test": test, **_colour(names)}, "value": "var(--card)"},
        "strokeDash": {"condition": {"test": test, "value": [4, 3]}, "value": [1, 0]},
        "strokeWidth": {"condition": {"test": test, "value": 1.5}, "value": 1},
        "fillOpacity": {"condition": {"test": test, "value": 0.35}, "value": 1},
    }


def _mark(is_line: bool, is_single: bool) -> dict[str, Any]:
    if is_line:
        return {"type": "line", "strokeWidth": 2.5, "point": {"size": 42, "filled": True}}
    ends = 2 if is_single else 0
    return {"type": "bar", "stroke": "var(--card)", "strokeWidth": 1, "cornerRadiusEnd": ends}


def _across(axis: Sequence[str], labels: Mapping[str, str], is_line: bool) -> dict[str, Any]:
    room = {} if is_line else {"paddingInner": 0.12, "paddingOuter": 0.05}
    return {
        "field": "x",
        "type": "ordinal",
        "scale": {"domain": list(axis), **room},
        "axis": {
            "values": list(labels),
            "labelExpr": f"{json.dumps(dict(labels))}[datum.value]",
            "labelOverlap": "greedy",
            "labelSeparation": LABELS_APART,
        },
    }


def _up(ticks: Sequence[Decimal], visual: Trend) -> dict[str, Any]:
    return {
        "field": "y",
        "type": "quantitative",
        "stack": None if visual.mark is Mark.LINE else "zero",
        "scale": {"domain": [float(ticks[0]), float(ticks[-1])], "nice": False},
        "axis": {
            "values": [float(tick) for tick in ticks],
            "labelExpr": f"{json.dumps(_texts(ticks, visual))}[toString(datum.value)]",
        },
    }


_CONFIG: dict[str, Any] = {
    "background": None,
    "aria": False,
    "font": "Inter",
    "view": {"stroke": None},
    "axis": {
        "domain": False,
        "ticks": False,
        "title": None,
        "labelColor": "var(--muted)",
        "labelFontSize": 12,
        "labelPadding": 8,
        "gridColor": "var(--line)",
    },
    "axisX": {"grid": False, "labelAngle": 0, "labelFlush": True},
    "axisY": {"grid": True},
}


def _texts(ticks: Sequence[Decimal], visual: Trend) -> dict[str, str]:
    """Return the labels of the axis by the text that Vega gives their value."""
    return {
        _as_vega(tick): formats.shown(tick, visual.value.format).replace(f".0{formats.SPACE}", formats.SPACE)
        for tick in ticks
    }


def _as_vega(tick: Decimal) -> str:
    number = float(tick)
    return str(int(number)) if number.is_integer() else repr(number)


def _highest(drawn: Sequence[Point], mark: Mark) -> Decimal:
    """Return the highest end of a mark, or of a stack of marks."""
    if mark is Mark.LINE:
        return max((Decimal(each.y or 0) for each in drawn), default=Decimal(0))
    stacks: dict[str, Decimal] = defaultdict(Decimal)
    for each in drawn:
        stacks[each.x] += max(Decimal(each.y or 0), Decimal(0))
    return max(stacks.values(), default=Decimal(0))


def nice_ticks(highest: Decimal) -> list[Decimal]:
    """Return round numbers from 0 to the first that is not below `highest`, about TICKS steps apart."""
    if highest <= 0:
        return [Decimal(0), Decimal(1)]
    rough = highest / TICKS
    magnitude = Decimal(1).scaleb(rough.adjusted())
    step = next(nice * magnitude for nice in _NICE if nice * magnitude >= rough)
    number = int((highest / step).to_integral_value(ROUND_CEILING))
    return [step * place for place in range(number + 1)]
