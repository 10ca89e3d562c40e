"""Orders without a country or device count where all are shown, and not where one is chosen."""

from __future__ import annotations

import pytest

from dashboard.selection import Chosen
from tests.dashboard import pages
from tests.dashboard.gold import Gold, day, money
from tests.dashboard.questions.compiled import compiled
from tests.dashboard.questions.three_ways import plain


@pytest.fixture(scope="module")
def gold() -> Gold:
    """Return orders of October, the last two without a country."""
    rows = [(1, "100.00", "DE", "mobile"), (2, "20.50", "US", "tablet"), (3, "7.25", None, "mobile"),
            (4, "3.10", None, None)]  # fmt: skip
    found = Gold("ecommerce")
    for number, total, country, device in rows:
        found.add(
            "fact_orders_enriched",
            {
                "order_id": number,
                "customer_id": number,
                "order_date": day("2025-10-03"),
                "total_usd": money(total),
                "country": country,
                "device": device,
            },
        )
    return found


@pytest.mark.parametrize(
    ("filters", "revenue"),
    [
        ({}, "130.85"),
        ({"country": "US"}, "20.50"),
        ({"device": "mobile"}, "107.25"),
        ({"country": "DE", "device": "mobile"}, "100.00"),
    ],
)
def test_rows_without_a_value_are_in_all_and_in_no_choice(
    gold: Gold, filters: dict[str, str], revenue: str
) -> None:
    chosen = {f"choice-{name}": [value] for name, value in filters.items()}
    [line] = compiled(gold, "executive", chosen=chosen).shown("revenue").lines
    cells = pages.card(pages.page(gold, "executive", Chosen(values=filters)), "revenue").cells
    assert cells is not None
    assert plain(line[0]) == plain(cells.shown()[-1][1]) == plain(revenue)


def test_rows_without_a_value_can_be_chosen_in_quicksight(gold: Gold) -> None:
    chosen = {"choice-country": ["Unknown"], "choice-device": ["mobile"]}
    [line] = compiled(gold, "executive", chosen=chosen).shown("revenue").lines
    assert plain(line[0]) == plain("7.25")
