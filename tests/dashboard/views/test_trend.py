"""Trends: a line is one mark in one colour; bars of other months than the chosen one are dimmed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dashboard.data.datasets import Datasets
from dashboard.page import page_of
from dashboard.selection import Chosen
from dashboard.views.cards import Card
from lake.model.dashboards.visuals import Dashboard, Mark, Trend
from tests.dashboard.shop import provider


@pytest.fixture(scope="module")
def datasets() -> Datasets:
    found = provider().datasets()
    found.load()
    return found


def drawn(datasets: Datasets, mark: Mark) -> Card:
    """Return the trend of monthly satisfaction, drawn with a mark."""
    support: Dashboard = next(each for each in datasets.domain.dashboards if each.key == "support")
    sheets = tuple(
        replace(
            sheet,
            visuals=tuple(
                replace(each, mark=mark) if isinstance(each, Trend) and each.key == "satisfaction" else each
                for each in sheet.visuals
            ),
        )
        for sheet in support.sheets
    )
    card = page_of(replace(support, sheets=sheets), datasets, Chosen()).card("satisfaction")
    assert card is not None
    return card


@pytest.mark.parametrize(("mark", "opacities"), [(Mark.LINE, [1, 1]), (Mark.BAR, [0.5, 1])])
def test_only_bars_of_other_months_are_dimmed(datasets: Datasets, mark: Mark, opacities: list[float]) -> None:
    card = drawn(datasets, mark)
    specification: dict[str, Any] = card.body["spec"]
    assert [point["o"] for point in specification["data"]["values"]] == opacities
    assert ("in full colour" in card.subtitle) == (mark is Mark.BAR)
