"""The rows that a visual reads: its period, the month before where it compares, and its fixed condition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from infra.dashboards.datasets import PlannedDataset
from infra.dashboards.definition import expressions
from lake.model.dashboards.fields import THIS_MONTH, Unit
from lake.model.dashboards.visuals import Bars, Dashboard, Kpi, Shares, Table, Visual


@dataclass(frozen=True, kw_only=True)
class Bound:
    """Rows whose calculated field lies between two numbers, both included.

    With `is_sum` the field's sum over a group must; `most` None means without an upper bound.
    """

    field: str
    expression: str
    least: int
    most: int | None
    is_sum: bool = False


def compares(visual: Visual) -> bool:
    """Return whether a visual shows the month before beside the chosen one: its dataset must have dates."""
    asks = (
        isinstance(visual, Kpi | Shares)
        or (isinstance(visual, Bars) and visual.compares)
        or (isinstance(visual, Table) and bool(visual.changes))
    )
    return asks and bool(visual.dataset.date) and visual.period == THIS_MONTH


def bounds(visual: Visual) -> Iterator[Bound]:
    """Yield the bounds of a visual's period. A visual that compares also reads the month before.

    Groups that have rows in the month before only are left out.
    """
    period = visual.period
    if not visual.dataset.date or not period.number:
        return
    if period.unit is Unit.DAY:
        yield Bound(field="days_shown", expression=expressions.DAYS_SHOWN, least=0, most=period.number - 1)
        return
    last = 1 if compares(visual) else period.number - 1
    yield Bound(field="month_shown", expression=expressions.MONTH_SHOWN, least=0, most=last)
    if compares(visual) and not isinstance(visual, Kpi):
        expression = f"ifelse({expressions.IN_MONTH}, 1, 0)"
        yield Bound(field="rows_in_month", expression=expression, least=1, most=None, is_sum=True)


def subtitle(visual: Visual, dashboard: Dashboard, planned: PlannedDataset) -> str:
    """Return unit, period, and the filters of the dashboard that do not apply."""
    unfiltered = [
        f"not filtered by {each.label.lower()}"
        for each in dashboard.filters
        if each.column and each.column not in planned.columns
    ]
    return " · ".join([visual.unit, *_period(visual), *unfiltered])


def _period(visual: Visual) -> Iterator[str]:
    period = visual.period
    if not visual.dataset.date or not period.number:
        yield "all history"
    elif period.unit is Unit.DAY:
        yield f"the last {period.number} days with data"
    else:
        yield "the chosen month" if period.number == 1 else f"{period.number} months"
    if compares(visual):
        yield "against the month before"
