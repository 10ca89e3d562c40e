"""One number, its change, and the twelve months before it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dashboard import formats
from dashboard.periods import months_before
from dashboard.views.cards import Card
from dashboard.views.change import delta, in_words
from dashboard.views.scope import Scope
from dashboard.views.tables import Cells
from lake.model.dashboards.fields import THIS_MONTH
from lake.model.dashboards.visuals import Kpi

MONTHS = 12
WIDTH, HEIGHT, EDGE = 104, 32, 4
"""Size of the line in its own units, and the room for its last point."""


def card(visual: Kpi, scope: Scope) -> Card:
    """Return the card of a number."""
    if scope.month is None:
        return Card(
            key=visual.key,
            kind="kpi",
            title=visual.title,
            subtitle=visual.unit,
            width=visual.width,
            empty="No data yet.",
        )
    if visual.period != THIS_MONTH:
        return _alone(visual, scope)
    history = [
        (months_before(scope.month, back), scope.compute(visual.value, scope.of_month(back)))
        for back in reversed(range(MONTHS))
    ]
    now, before = history[-1][1], history[-2][1] if scope.has_before else None
    form = visual.value.format
    month_before = formats.month_name(months_before(scope.month, 1))[:3]
    present = set(scope.frame.months)
    known = [(month, value) for month, value in history if value is not None and month in present]
    words = in_words(now, before, visual.words, form)
    return Card(
        key=visual.key,
        kind="kpi",
        title=visual.title,
        subtitle=visual.unit,
        width=visual.width,
        body={
            "value": formats.shown(now, form),
            "exact": formats.exact(now),
            "delta": delta(now, before, visual.better, form, month_before),
            "line": line([value for _, value in known]),
            "since": formats.month(known[0][0]) if known else "",
        },
        cells=Cells(["Month", visual.value.label], [False, True], [[m.isoformat()[:7], v] for m, v in known]),
        # A month without rows has no answer, and no headline.
        facts={"": formats.shown(now, form), **({"change": words} if words else {})}
        if scope.of_month()
        else {},
        empty="" if scope.month in present else "No rows in this month.",
    )


def _alone(visual: Kpi, scope: Scope) -> Card:
    """Return the card of a number over a period of days or several months."""
    rows = scope.shown
    now = scope.compute(visual.value, rows)
    return Card(
        key=visual.key,
        kind="kpi",
        title=visual.title,
        subtitle=visual.unit,
        width=visual.width,
        body={"value": formats.shown(now, visual.value.format), "exact": formats.exact(now), "line": []},
        cells=Cells([visual.value.label], [True], [[now]]),
        facts={"": formats.shown(now, visual.value.format)} if rows else {},
    )


def line(values: Sequence[Decimal | int]) -> list[tuple[str, str]]:
    """Return the points of a line through `values`, scaled to its box; none for a single value."""
    if len(values) < 2:
        return []
    low, high = min(values), max(values)
    span = Decimal(high - low) or Decimal(1)
    step = Decimal(WIDTH - EDGE * 2) / (len(values) - 1)
    return [
        (f"{EDGE + step * place:.1f}", f"{HEIGHT - EDGE - (value - low) * (HEIGHT - EDGE * 2) / span:.1f}")
        for place, value in enumerate(values)
    ]
