"""The month of a table of weeks: a week belongs to the month of its Sunday, at most to that of the page."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from dashboard.selection import Chosen
from dashboard.views.cards import Card
from tests.dashboard import pages
from tests.dashboard.gold import Gold, day, money

WEEKS = ("2025-09-15", "2025-09-22", "2025-09-29")


def weekly(newest_order: str, chosen: dt.date | None = None) -> Card:
    """Return the card of weekly revenue, with orders of three weeks, the newest on a day of the last."""
    gold = Gold("ecommerce")
    for week in WEEKS:
        gold.add("sales_by_week", {"week_start": day(week), "device": "mobile", "revenue_usd": Decimal(100)})
    for number, date in enumerate(("2025-09-16", newest_order)):
        gold.add(
            "fact_orders_enriched",
            {"order_id": number, "customer_id": 1, "order_date": day(date), "total_usd": money("100.00")},
        )
    return pages.card(pages.page(gold, "executive", Chosen(chosen)), "weekly_revenue")


def full(card: Card) -> list[str]:
    """Return the weeks in full colour."""
    specification: dict[str, Any] = card.body["spec"]
    return [point["x"] for point in specification["data"]["values"] if point["o"] == 1]


@pytest.mark.parametrize(
    ("newest_order", "chosen", "month", "weeks"),
    [
        # The newest order is on Wednesday 1 October: its week begins in September.
        ("2025-10-01", None, "October", ["2025-09-29"]),
        ("2025-10-01", dt.date(2025, 10, 1), "October", ["2025-09-29"]),
        # October is not chosen: the week's days in September are shown.
        ("2025-10-01", dt.date(2025, 9, 1), "September", list(WEEKS)),
        # The newest order is on Tuesday 30 September: there is no October.
        ("2025-09-30", None, "September", list(WEEKS)),
    ],
)
def test_the_last_week_belongs_to_the_month_of_the_page(
    newest_order: str, chosen: dt.date | None, month: str, weeks: list[str]
) -> None:
    card = weekly(newest_order, chosen)
    assert card.notes == []
    dimmed = f"; {month} in full colour" if len(weeks) < len(WEEKS) else ""
    assert pages.plain(card.subtitle) == (
        f"US$ per week by device{dimmed}, 12 months to {month} 2025, last week begins 29 Sep"
    )
    assert full(card) == weeks
