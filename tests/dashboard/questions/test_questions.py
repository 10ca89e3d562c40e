"""Each business question has the same number on a dashboard and in its named query."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboard.page import page_of
from dashboard.selection import Chosen
from tests.dashboard.gold import Gold
from tests.dashboard.shop import provider, shop


@pytest.fixture(scope="module")
def tables() -> dict[str, Gold]:
    return {"ecommerce": shop(), "cloud_provider": provider()}


def shown(gold: Gold, dashboard: str, visual: str) -> list[list[str]]:
    """Return the rows of a visual's table, as text."""
    datasets = gold.datasets()
    datasets.load()
    found = next(each for each in gold.domain.shown_dashboards if each.key == dashboard)
    card = page_of(found, datasets, Chosen()).card(visual)
    assert card is not None
    assert card.cells is not None
    return card.cells.shown()


CASES = [
    # question, domain, named query, dashboard, visual, SQL on the query's rows
    (1, "ecommerce", "revenue_by_category", "executive", "categories",
     "SELECT coalesce(category, 'Unknown'), net_revenue_usd FROM q ORDER BY 2 DESC", (0, 1)),
    (2, "ecommerce", "funnel", "behaviour", "funnel", "SELECT sessions FROM q ORDER BY step_number", (1,)),
    (3, "ecommerce", "revenue_by_country_and_source", "behaviour", "channels",
     "SELECT country, sum(revenue_usd) FROM q GROUP BY 1 ORDER BY 2 DESC", (0, -1)),
    (3, "ecommerce", "activity_by_hour", "behaviour", "hours",
     "SELECT sum(monday) FROM q UNION ALL SELECT sum(sunday) FROM q", (-1,)),
    (4, "ecommerce", "top_products", "executive", "top_products",
     "SELECT product_name, revenue_usd FROM q ORDER BY revenue_rank, product_id", (1, 4)),
    (5, "ecommerce", "customer_segments", "behaviour", "segments",
     "SELECT customers, revenue_usd FROM q ORDER BY segment", (1, 2)),
    (6, "cloud_provider", "daily_cost_and_requests", "finops", "usage",
     "SELECT usage_date, sum(cost_usd), sum(requests), sum(events) FROM q GROUP BY 1 ORDER BY 1 DESC",
     (0, 1, 2, 3)),
    (7, "cloud_provider", "top_services_overall", "finops", "services",
     "SELECT cost_usd FROM q ORDER BY cost_usd DESC", (1,)),
    (8, "cloud_provider", "critical_tickets_and_sla", "support", "service_level",
     "SELECT ticket_date, critical_tickets, tickets, sla_breached FROM q ORDER BY 1 DESC", (0, 1, 2, 3)),
    (9, "cloud_provider", "monthly_revenue", "finops", "monthly_revenue",
     ("SELECT billing_month, subtotal_usd, credits_usd, revenue_usd, taxes_usd, total_usd FROM q "
      "ORDER BY 1 DESC"),
     (0, 1, 2, 3, 4, 5)),
    (10, "cloud_provider", "genai_tokens_daily", "support", "daily_tokens",
     "SELECT usage_date, genai_tokens FROM q ORDER BY 1", (0, 1)),
    (10, "cloud_provider", "genai_tokens_daily", "support", "token_costs",
     "SELECT usage_date, genai_tokens, cost_usd FROM q ORDER BY 1 DESC", (0, 1, 2)),
    (10, "cloud_provider", "genai_growth_by_org", "support", "growth",
     "SELECT org_id, genai_tokens FROM q WHERE usage_month = (SELECT max(usage_month) FROM q)", (0, 1)),
    (11, "cloud_provider", "cost_anomalies", "finops", "cost_anomalies",
     "SELECT usage_date, cost_usd FROM q WHERE usage_date >= DATE '2025-08-01' ORDER BY 1 DESC", (0, 4)),
]  # fmt: skip

LONGER = {"usage"}
"""Visuals that show more days than their query, which are compared over the query's."""


@pytest.mark.parametrize(
    ("number", "domain", "query", "dashboard", "visual", "sql", "columns"),
    CASES,
    ids=[f"{case[0]}-{case[2]}" for case in CASES],
)
def test_dashboard_and_named_query_have_the_same_numbers(
    tables: dict[str, Gold],
    number: int,
    domain: str,
    query: str,
    dashboard: str,
    visual: str,
    sql: str,
    columns: tuple[int, ...],
) -> None:
    gold = tables[domain]
    assert any(each.number == number and query in each.queries for each in gold.domain.questions)
    found = [[row[place] for place in columns] for row in shown(gold, dashboard, visual)]
    if visual == "hours":
        found = [row for row in found if row != ["–"]]
    expected = [[_plain(each) for each in row] for row in gold.named(query, sql)]
    if visual in LONGER:
        assert len(found) > len(expected)
        found = found[: len(expected)]
    assert [[_plain(each) for each in row] for row in found] == expected


def _plain(value: object) -> object:
    """Return numbers by their value, other values as text."""
    try:
        return Decimal(str(value)).normalize()
    except ArithmeticError:
        return str(value)


@pytest.mark.parametrize(
    ("visual", "measure"),
    [("revenue", "revenue_usd"), ("orders", "orders"), ("customers", "customers")],
)
def test_numbers_of_the_month_equal_those_of_the_monthly_mart(
    tables: dict[str, Gold], visual: str, measure: str
) -> None:
    gold = tables["ecommerce"]
    rows = gold.named(
        "sales_month_over_month", f"SELECT this_month, month_before FROM q WHERE measure = '{measure}'"
    )
    history = shown(gold, "executive", visual)
    assert [_plain(history[-1][1]), _plain(history[-2][1])] == [_plain(each) for each in rows[0]]


def test_each_question_is_shown_on_a_dashboard() -> None:
    assert {case[0] for case in CASES} == set(range(1, 12))
