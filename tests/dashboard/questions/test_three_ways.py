"""Each business question has one number: on the web, in its named query, and in QuickSight.

QuickSight's is its dataset's SQL and the definition's aggregation, computed by a program that knows only the
definition (`tests/infra/dashboards`).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from dashboard.formats import MINUS, SPACE
from infra.dashboards.datasets import planned_datasets
from lake.model.dashboards.fields import Format, named_query, total
from lake.model.dashboards.visuals import Kpi
from tests.dashboard.gold import Gold
from tests.dashboard.questions.compiled import DATABASE, rows_of
from tests.dashboard.questions.test_questions import CASES, LONGER
from tests.dashboard.questions.three_ways import Computed, plain, summed
from tests.dashboard.shop import shop
from tests.infra.dashboards.declared import with_visuals

COLUMNS: dict[str, tuple[int, ...]] = {
    # visual → places of the question's columns in the lines of QuickSight
    "categories": (0, 1),
    "funnel": (1,),
    "channels": (0, 2),
    "hours": (0, 2),
    "top_products": (1, 4),
    "segments": (1, 3),
    "services": (1,),
    "service_level": (0, 1, 2, 3),
    "monthly_revenue": (0, 1, 2, 3, 4, 5),
    "usage": (0, 1, 2, 3),
    "daily_tokens": (0, 1),
    "token_costs": (0, 1, 2),
    "growth": (0, 1),
    "cost_anomalies": (0, 4),
}
FIRST = {"top_products"}
"""Tables that QuickSight shows with all their rows, and the named query with the first."""

SUMMED = {"channels", "hours"}
"""Heatmaps: the web and the named queries show the sums of their rows."""


@pytest.fixture(scope="module")
def computed() -> Computed:
    return Computed()


@pytest.mark.parametrize(
    ("domain", "query", "dashboard", "visual", "sql", "columns"),
    [case[1:] for case in CASES],
    ids=[f"{case[0]}-{case[2]}" for case in CASES],
)
def test_question_has_one_number_three_ways(
    computed: Computed,
    domain: str,
    query: str,
    dashboard: str,
    visual: str,
    sql: str,
    columns: tuple[int, ...],
) -> None:
    named = [[plain(each) for each in row] for row in computed.gold[domain].named(query, sql)]
    web = [[plain(row[place]) for place in columns] for row in computed.web(domain, dashboard, visual)]
    lines: Sequence[Sequence[Any]] = computed.quicksight(domain, dashboard, visual)
    lines = summed(lines) if visual in SUMMED else lines
    quicksight = [[plain(line[place]) for place in COLUMNS[visual]] for line in lines]
    if visual == "hours":  # the weekdays' names are columns of the query
        quicksight = [line[1:] for line in quicksight]
    web = [row for row in web if row != ["–"]]
    assert (web[: len(named)] if visual in LONGER else web) == named
    assert (quicksight[: len(named)] if visual in LONGER | FIRST else quicksight) == named


def test_each_question_is_compared() -> None:
    assert {case[0] for case in CASES} == set(range(1, 12))
    assert {case[4] for case in CASES} == set(COLUMNS)


def test_month_has_the_numbers_of_its_named_query(computed: Computed) -> None:
    measures = {
        "revenue": "revenue_usd",
        "orders": "orders",
        "customers": "customers",
        "average_order": "avg_order_value_usd",
    }
    for visual, measure in measures.items():
        [named] = computed.gold["ecommerce"].named(
            "sales_month_over_month", f"SELECT this_month, month_before FROM q WHERE measure = '{measure}'"
        )
        web = computed.web("ecommerce", "executive", visual)
        [line] = computed.quicksight("ecommerce", "executive", visual)
        places = 2 if visual == "average_order" else 6
        expected = [plain(each, places) for each in named]
        assert [plain(each, places) for each in line] == expected
        assert [plain(web[-1][1], places), plain(web[-2][1], places)] == expected


def test_weeks_have_the_revenue_of_their_named_query(computed: Computed) -> None:
    named = computed.gold["ecommerce"].named("sales_weekly_trend", "SELECT week_start, revenue_usd FROM q")
    expected = {str(week): plain(revenue) for week, revenue in named}
    web = {
        row[0]: plain(sum(Decimal(each) for each in row[1:] if each != "–"))
        for row in computed.web("ecommerce", "executive", "weekly_revenue")
    }
    lines = computed.quicksight("ecommerce", "executive", "weekly_revenue")
    quicksight = {str(week): plain(value) for week, _, value in summed(lines)}
    assert len(expected) == 8
    assert web == quicksight == expected


@pytest.mark.parametrize("organisation", ["org_a", "org_b"])
def test_services_of_an_organisation_have_the_cost_of_their_named_query(
    computed: Computed, organisation: str
) -> None:
    named = computed.gold["cloud_provider"].named(
        "top_services_by_org", f"SELECT cost_usd FROM q WHERE org_id = '{organisation}' ORDER BY cost_rank"
    )
    chosen = ("cloud_provider", "finops", "services")
    web = computed.web(*chosen, organisation=organisation)
    lines = computed.quicksight(*chosen, 0, organisation=organisation)
    expected = [plain(each[0]) for each in named]
    assert len(expected) == 3
    assert [plain(row[1]) for row in web[:3]] == expected
    assert [plain(line[1]) for line in lines[:3]] == expected


@pytest.mark.parametrize(
    ("query", "sql", "visual", "column", "factor", "places"),
    [
        ("critical_tickets_and_sla", "SELECT sla_breach_rate_pct FROM q ORDER BY ticket_date DESC",
         "service_level", 4, 100, 1),
        ("genai_tokens_daily", "SELECT cost_per_1k_tokens FROM q ORDER BY usage_date DESC",
         "token_costs", 3, 1, 4),
    ],
)  # fmt: skip
def test_rates_have_one_number_three_ways(
    computed: Computed, query: str, sql: str, visual: str, column: int, factor: int, places: int
) -> None:
    expected = [plain(each[0], places) for each in computed.gold["cloud_provider"].named(query, sql)]
    web = computed.web("cloud_provider", "support", visual)
    lines = computed.quicksight("cloud_provider", "support", visual)
    assert len(expected) >= 2
    assert [plain(Decimal(row[column]) * factor, places) for row in web] == expected
    assert [plain(line[column] * factor, places) for line in lines] == expected


def test_growth_in_percent_has_one_number_three_ways(computed: Computed) -> None:
    [named] = computed.gold["cloud_provider"].named(
        "genai_growth_by_org",
        "SELECT tokens_change_pct FROM q WHERE usage_month = (SELECT max(usage_month) FROM q)",
    )
    rows: Any = computed.card("cloud_provider", "support", "growth").body["rows"]
    [web] = [row["numbers"][0]["change"].text for row in rows]
    [line] = computed.quicksight("cloud_provider", "support", "growth")
    text = web.replace(SPACE, "").removesuffix("%").replace(MINUS, "-").replace(",", "")
    assert plain(Decimal(text), 1) == plain(named[0], 1)
    assert plain(line[-1] * 100, 1) == plain(named[0], 1)


@pytest.mark.parametrize(
    ("domain", "dashboard", "visual"),
    [
        ("ecommerce", "executive", "revenue"), ("ecommerce", "executive", "average_order"),
        ("cloud_provider", "support", "breach_rate"), ("cloud_provider", "support", "csat"),
    ],
)  # fmt: skip
def test_change_of_a_number_is_the_same_on_the_web_and_in_quicksight(
    computed: Computed, domain: str, dashboard: str, visual: str
) -> None:
    """QuickSight computes it from the number and its target, by the method that the definition names."""
    now, before = computed.quicksight(domain, dashboard, visual)[0]
    method = computed.compared(domain, dashboard, visual)
    shown = computed.card(domain, dashboard, visual).body
    points = 100 if visual == "breach_rate" else 1
    expected = (now - before) * points if method == "DIFFERENCE" else (now - before) / before * 100
    text = shown["delta"].text.replace(SPACE, "").replace(MINUS, "-").replace(",", "")
    assert text.endswith("pts" if method == "DIFFERENCE" else "%")
    assert plain(Decimal(text.removesuffix("pts").removesuffix("%")), 1) == plain(expected, 1)


KPIS = [
    (gold.domain.name, dashboard.key, visual.key)
    for gold in (Gold("ecommerce"), Gold("cloud_provider"))
    for dashboard in gold.domain.shown_dashboards
    for visual in dashboard.visuals
    if isinstance(visual, Kpi)
]


@pytest.mark.parametrize(("domain", "dashboard", "visual"), KPIS)
@pytest.mark.parametrize("back", [0, 1])
def test_kpi_has_one_number_on_the_web_and_in_quicksight(
    computed: Computed, domain: str, dashboard: str, visual: str, back: int
) -> None:
    [line] = computed.quicksight(domain, dashboard, visual, back)
    months = [plain(row[1]) for row in computed.web(domain, dashboard, visual)]
    if len(months) > back:
        assert plain(line[0]) == months[-1 - back]
    if len(months) > back + 1:
        assert plain(line[1]) == months[-2 - back]
    else:
        assert line[1] in (None, 0)


@pytest.mark.parametrize(
    ("domain", "dashboard", "visual", "filters"),
    [
        ("ecommerce", "executive", "revenue", {"country": "US"}),
        ("ecommerce", "executive", "customers", {"device": "mobile"}),
        ("ecommerce", "executive", "orders", {"country": "DE", "device": "mobile"}),
        ("cloud_provider", "finops", "cost", {"service": "compute"}),
        ("cloud_provider", "finops", "cost", {"organisation": "org_a", "service": "compute"}),
    ],
)
def test_filters_choose_the_same_rows_on_the_web_and_in_quicksight(
    computed: Computed, domain: str, dashboard: str, visual: str, filters: dict[str, str]
) -> None:
    everything = computed.quicksight(domain, dashboard, visual)
    [line] = computed.quicksight(domain, dashboard, visual, 0, **filters)
    assert [line] != everything
    assert plain(line[0]) == plain(computed.web(domain, dashboard, visual, **filters)[-1][1])


def test_funnel_marks_the_step_of_the_largest_loss(computed: Computed) -> None:
    steps = [line[0] for line in computed.quicksight("ecommerce", "behaviour", "funnel")]
    assert steps == ["Viewed a page", "Added to cart (largest loss)", "Began checkout", "Bought"]


def test_named_query_runs_without_a_database() -> None:
    """A dataset has no database: the tables of a query, and those of their partitions, are named."""
    gold = shop()
    query = named_query("revenue_by_category")
    kpi = Kpi(
        key="net",
        title="Net?",
        unit="US$",
        dataset=query,
        value=total("net_revenue_usd", "Net", Format.DOLLARS),
    )
    sql = planned_datasets(with_visuals(kpi, filters=()), DATABASE)[query].sql
    assert '"revenue_by_category_month$partitions" AS (SELECT * FROM' in sql
    rows = [row["net_revenue_usd"] for row in rows_of(gold, sql)]
    assert rows == [row[0] for row in gold.named(query.query, "SELECT net_revenue_usd FROM q")]
