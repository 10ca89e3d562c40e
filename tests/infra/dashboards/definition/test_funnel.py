"""Funnels mark the step that loses the largest part of the nearest earlier step with rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import pytest

from infra.dashboards.errors import QuickSightError
from lake.model.dashboards.fields import Dimension, Format, gold, rows, total
from lake.model.dashboards.visuals import Funnel
from tests.infra.dashboards.declared import compiled, with_visuals
from tests.infra.dashboards.expressions import Row, Value
from tests.infra.dashboards.quicksight import Dashboard

STEPS = Dimension(
    column="step", label="Step", names=(("see", "See"), ("cart", "Cart"), ("buy", "Buy")), ordered=True
)
FUNNEL = Funnel(
    key="funnel",
    title="Where?",
    unit="Sessions",
    dataset=gold("funnel_by_month", date="event_month"),
    steps=STEPS,
    value=total("sessions", "Sessions", Format.COUNT),
)


def steps(**sessions: int) -> list[Row]:
    """Return the rows of the newest month, and one of the month before that loses everything."""
    month: dict[str, Value] = {"row_count": Fraction(1), "months_back": Fraction(0), "days_back": Fraction(0)}
    newest: list[Row] = [
        {**month, "event_month": dt.date(2026, 11, 1), "step": step, "sessions": Fraction(number)}
        for step, number in sessions.items()
    ]
    before: Row = {**month, "months_back": Fraction(1), "event_month": dt.date(2026, 10, 1), "step": "see"}
    return [*newest, {**before, "sessions": Fraction(9999)}]


@pytest.mark.parametrize(
    ("sessions", "labels"),
    [
        ({"see": 100, "cart": 50, "buy": 40}, ["See", "Cart (largest loss)", "Buy"]),
        ({"see": 100, "cart": 90, "buy": 9}, ["See", "Cart", "Buy (largest loss)"]),
        ({"see": 100, "buy": 80}, ["See", "Buy (largest loss)"]),
        ({"see": 10, "cart": 20, "buy": 30}, ["See", "Cart", "Buy"]),
        ({"cart": 20}, ["Cart"]),
    ],
)
def test_step_of_the_largest_positive_loss_is_marked(sessions: dict[str, int], labels: list[str]) -> None:
    made = compiled(with_visuals(FUNNEL, filters=()))
    shown = Dashboard(made, {"funnel_by_month": steps(**sessions)}).shown("funnel")
    assert [line[0] for line in shown.lines] == labels
    assert [line[1] for line in shown.lines] == list(sessions.values())


def test_funnel_of_another_number_than_a_sum_is_refused() -> None:
    counted = replace(FUNNEL, value=rows("Rows"))
    with pytest.raises(QuickSightError) as refused:
        compiled(with_visuals(counted, filters=()))
    assert "dashboard board: visual funnel: a funnel needs a plain sum" in str(refused.value)
    assert "Show the sum of a column." in str(refused.value)
