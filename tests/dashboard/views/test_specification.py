"""Axes of trends: round ticks that hold every mark, with labels made from exact numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboard.views.specification import Point, nice_ticks, specification
from lake.model.dashboards.fields import Format, gold, total
from lake.model.dashboards.visuals import Mark, Trend

COST = total("cost", "Cost", Format.DOLLARS)
TREND = Trend(
    key="cost", title="Cost?", unit="US$", dataset=gold("costs", date="day"), value=COST, mark=Mark.STACKED
)


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        ("11200", ["0", "5000", "10000", "15000"]),
        ("4", ["0", "1", "2", "3", "4"]),
        ("0.07", ["0", "0.02", "0.04", "0.06", "0.08"]),
        ("0", ["0", "1"]),
        ("-3", ["0", "1"]),
    ],
)
def test_ticks_are_round_and_reach_above_the_highest_mark(highest: str, ticks: list[str]) -> None:
    assert nice_ticks(Decimal(highest)) == [Decimal(tick) for tick in ticks]


def test_stacks_fit_and_labels_are_those_of_the_format() -> None:
    drawn = [
        Point("2025-10-06", Decimal("900.10"), "a", True, "tip a"),
        Point("2025-10-06", Decimal("700.00"), "b", False, "tip b"),
    ]
    spec = specification(drawn, ["2025-10-06"], ["a", "b"], TREND, {"2025-10-06": "Oct"})
    up = spec["encoding"]["y"]
    assert up["scale"]["domain"] == [0.0, 2000.0]
    assert up["axis"]["labelExpr"].replace("\\u00a0", " ") == (
        '{"0": "$ 0", "500": "$ 500", "1000": "$ 1 k", "1500": "$ 1.5 k", "2000": "$ 2 k"}'
        "[toString(datum.value)]"
    )
    assert [(each["s"], each["o"], each["tip"]) for each in spec["data"]["values"]] == [
        ("a", 1, "tip a"),
        ("b", 0.5, "tip b"),
    ]
    assert spec["encoding"]["color"]["scale"] == {"domain": ["a", "b"], "range": ["var(--s1)", "var(--s2)"]}
