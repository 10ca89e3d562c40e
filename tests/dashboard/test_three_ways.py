"""Each business question has one number: on the web, in its named query, and in QuickSight.

QuickSight's is its dataset's SQL and the definition's aggregation, computed by a program that knows only the
definition (`tests/infra/dashboards`).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from dashboard.page import page_of
from dashboard.selection import Chosen
from infra.dashboards.datasets import planned_datasets
from lake.model.dashboards.fields import Format, named_query, total
from lake.model.dashboards.visuals import Kpi
from tests.dashboard.compiled import DATABASE, compiled, rows_of
from tests.dashboard.gold import Gold
from tests.dashboard.shop import provider, shop
from tests.dashboard.test_questions import CASES
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
    "daily_tokens": (0, 1),
    "growth": (0, 1),
    "cost_anomalies": (0, 4),
}
SUMMED = {"channels", "hours"}
"""Heatmaps: the web and the named queries show the sums of their rows."""


class Computed:
    """The dashboards of both domains, computed once for each choice of a reader."""

    def __init__(self) -> None:
        self.gold = {"ecommerce": shop(), "cloud_provider": provider()}
        self._found: dict[Any, Any] = {}

    def quicksight(
        self, domain: str, dashboard: str, visual: str, back: int = 0, **filters: str
    ) -> Sequence[tuple[Any, ...]]:
        """Return the lines of a visual in QuickSight."""
        key = domain, dashboard, back, *filters.items()
        if key not in self._found:
            chosen = {f"choice-{name}": [value] for name, value in filters.items()}
            self._found[key] = compiled(
                self.gold[domain], dashboard, parameters={"MonthsBack": back}, chosen=chosen
            )
        lines: Sequence[tuple[Any, ...]] = self._found[key].shown(visual).lines
        return lines

    def web(self, domain: str, dashboard: str, visual: str, **filters: str) -> list[list[str]]:
        """Return the rows of a visual's table on the web."""
        key = domain, dashboard, "web", *filters.items()
        if key not in self._found:
            datasets = self.gold[domain].datasets()
            datasets.load()
            found = next(each for each in datasets.domain.shown_dashboards if each.key == dashboard)
            self._found[key] = page_of(found, datasets, Chosen(values=filters))
        card = self._found[key].card(visual)
        assert card is not None
        assert card.cells is not None
        rows: list[list[str]] = card.cells.shown()
        return rows


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
    named = [[_plain(each) for each in row] for row in computed.gold[domain].named(query, sql)]
    web = [[_plain(row[place]) for place in columns] for row in computed.web(domain, dashboard, visual)]
    lines: Sequence[Sequence[Any]] = computed.quicksight(domain, dashboard, visual)
    lines = _summed(lines) if visual in SUMMED else lines
    quicksight = [[_plain(line[place]) for place in COLUMNS[visual]] for line in lines]
    if visual == "hours":  # the weekdays' names are columns of the query
        quicksight = [line[1:] for line in quicksight]
    assert [row for row in web if row != ["–"]] == named
    assert quicksight[: len(named)] == named


def test_each_question_is_compared() -> None:
    assert {case[0] for case in CASES} | {1, 6} == set(range(1, 12))
    assert {case[4] for case in CASES} == set(COLUMNS)


def test_month_has_the_numbers_of_its_named_query(computed: Computed) -> None:
    measures = {"revenue": "revenue_usd", "orders": "orders", "customers": "customers"}
    for visual, measure in measures.items():
        [named] = computed.gold["ecommerce"].named(
            "sales_month_over_month", f"SELECT this_month, month_before FROM q WHERE measure = '{measure}'"
        )
        web = computed.web("ecommerce", "executive", visual)
        [line] = computed.quicksight("ecommerce", "executive", visual)
        assert [_plain(each) for each in line] == [_plain(each) for each in named]
        assert [_plain(web[-1][1]), _plain(web[-2][1])] == [_plain(each) for each in named]


def test_cost_and_requests_of_a_day_equal_the_named_query(computed: Computed) -> None:
    named = computed.gold["cloud_provider"].named(
        "daily_cost_and_requests",
        "SELECT usage_date, sum(cost_usd), sum(requests), sum(events) FROM q GROUP BY 1 ORDER BY 1 DESC",
    )
    expected = [[_plain(each) for each in row] for row in named]
    web = computed.web("cloud_provider", "finops", "usage")
    lines = computed.quicksight("cloud_provider", "finops", "usage")
    count = min(len(expected), len(web), len(lines))
    assert count >= 7
    assert [[_plain(each) for each in row] for row in web[:count]] == expected[:count]
    assert [[_plain(each) for each in line] for line in lines[:count]] == expected[:count]


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
    months = [_plain(row[1]) for row in computed.web(domain, dashboard, visual)]
    if len(months) > back:
        assert _plain(line[0]) == months[-1 - back]
    if len(months) > back + 1:
        assert _plain(line[1]) == months[-2 - back]
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
    assert _plain(line[0]) == _plain(computed.web(domain, dashboard, visual, **filters)[-1][1])


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


def _summed(lines: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Return the sums of the rows of a heatmap, in the order of its rows."""
    sums: dict[Any, Fraction] = {}
    for row, _, value in lines:
        sums[row] = sums.get(row, Fraction(0)) + value
    return [[row, None, value] for row, value in sums.items()]


def _plain(value: object) -> object:
    """Return numbers rounded once, half-up, to the six places of gold's quotients; other values as text."""
    try:
        number = value if isinstance(value, Fraction) else Fraction(Decimal(str(value)))
    except ArithmeticError:
        return str(value)
    scaled = abs(number) * 10**6
    whole = (2 * scaled + 1) // 2
    return Fraction(whole if number >= 0 else -whole, 10**6)
