"""Trends: a line is one mark in one colour; bars of other months than the chosen one are dimmed."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from dashboard.data.datasets import Datasets
from dashboard.page import page_of
from dashboard.selection import Chosen
from dashboard.views.cards import Card
from lake.model.dashboards.visuals import Dashboard, Mark, Trend
from tests.dashboard import pages
from tests.dashboard.gold import Gold
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


@pytest.mark.parametrize(
    ("first", "named"),
    [
        (dt.date(2024, 10, 7), {"2024-10-07": "Oct 2024", "2025-01-06": "Jan 2025"}),
        (dt.date(2024, 12, 30), {"2025-01-06": "Jan 2025"}),
    ],
)
def test_the_first_label_of_a_year_of_weeks_has_its_year(first: dt.date, named: dict[str, str]) -> None:
    gold = Gold("ecommerce")
    for week in range(52):
        monday = first + dt.timedelta(days=7 * week)
        gold.add("sales_by_week", {"week_start": monday, "device": "mobile", "revenue_usd": Decimal(1)})
    card = pages.card(pages.page(gold, "executive"), "weekly_revenue")
    specification: dict[str, Any] = card.body["spec"]
    text = specification["encoding"]["x"]["axis"]["labelExpr"].removesuffix("[datum.value]")
    labels = {key: pages.plain(value) for key, value in json.loads(text).items()}
    assert {key: value for key, value in labels.items() if " " in value} == named
    assert next(iter(labels.items())) == next(iter(named.items()))


@pytest.mark.parametrize("weeks", [26, 52, 53])
@pytest.mark.parametrize("first", [dt.date(2024, 10, 7) + dt.timedelta(days=7 * each) for each in range(13)])
def test_labels_of_months_do_not_touch(first: dt.date, weeks: int) -> None:
    """A letter needs less than a hundredth of the axis; the first label begins at its mark."""
    gold = Gold("ecommerce")
    axis = [first + dt.timedelta(days=7 * week) for week in range(weeks)]
    for monday in axis:
        gold.add("sales_by_week", {"week_start": monday, "device": "mobile", "revenue_usd": Decimal(1)})
    card = pages.card(pages.page(gold, "executive"), "weekly_revenue")
    specification: dict[str, Any] = card.body["spec"]
    shown = specification["data"]["values"]
    text = specification["encoding"]["x"]["axis"]["labelExpr"].removesuffix("[datum.value]")
    spans: list[tuple[float, float]] = []
    for week, label in json.loads(text).items():
        place = [point["x"] for point in shown].index(week) / len(shown)
        length = len(label) / 125
        begin = place if not spans else place - length / 2
        spans.append((begin, begin + length))
    gaps = [after[0] - before[1] for before, after in pairwise(spans)]
    assert min(gaps) > 0.01
    assert specification["encoding"]["x"]["axis"]["labelSeparation"] == 6
    assert len(spans) >= weeks // 4 - 3
