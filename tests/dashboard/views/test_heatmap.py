"""Heatmaps: as many colours as numbers where there are few, six where there are many."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.dashboard.gold import Gold
from tests.dashboard.pages import card, page


def hours(*events: int) -> Any:
    """Return what a heatmap draws of the first hours of a Monday."""
    gold = Gold("ecommerce").add(
        "activity_heatmap_month",
        *(
            {"event_month": dt.date(2025, 10, 1), "event_dow": 1, "event_hour": hour, "events": number}
            for hour, number in enumerate(events)
        ),
    )
    return card(page(gold, "behaviour"), "hours").body


@pytest.mark.parametrize(
    ("events", "legend", "steps"),
    [
        ((1, 2, 3), ["1", "2", "3"], [1, 2, 3]),
        ((1, 6), ["1", "2", "3", "4", "5", "6"], [1, 6]),
        ((0, 60, 30, 9), ["0", "10", "20", "30", "40", "50"], [0, 6, 4, 1]),
    ],
)
def test_the_legend_names_each_colour_once(
    events: tuple[int, ...], legend: list[str], steps: list[int]
) -> None:
    drawn = hours(*events)
    assert drawn["legend"] == legend
    assert [cell["step"] for cell in drawn["rows"][0]["cells"][: len(events)]] == steps
