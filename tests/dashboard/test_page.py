"""Pages of the shipped dashboards on literal rows: numbers, periods, filters, and what is missing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dashboard.page import Page, page_of
from dashboard.selection import Chosen
from tests.dashboard.gold import Gold
from tests.dashboard.pages import card, headline, page, plain
from tests.dashboard.shop import provider, shop


@pytest.fixture(scope="module")
def executive() -> Page:
    return page(shop(), "executive")


def test_the_headline_answers_with_the_month_and_its_change(executive: Page) -> None:
    # 1,233.73 against 199.99; 4 orders against 3; 308.4325 each against 66.6633…
    assert headline(executive) == (
        "October so far (to 20 Oct) brought $ 1.2 k, 516.9 % more than September: 33.3 % more orders, each "
        "362.7 % larger."
    )


def test_a_number_is_the_exact_sum_with_its_change(executive: Page) -> None:
    revenue = card(executive, "revenue")
    assert revenue.body["exact"] == "1233.73"
    assert plain(revenue.body["delta"].text) == "+516.9 %"
    assert (revenue.body["delta"].arrow, revenue.body["delta"].tone) == ("↑", "good")
    assert plain(revenue.body["delta"].before) == "from $ 200 in Sep"
    assert plain(revenue.subtitle) == "US$, after discounts, October 2025, data until 20 Oct"
    assert card(executive, "customers").body["exact"] == "3"
    assert card(executive, "average_order").body["exact"] == "308.4325"


def test_the_first_month_has_no_change_and_another_headline() -> None:
    found = page(shop(), "executive", Chosen(dt.date(2025, 9, 1)))
    assert headline(found) == "September brought $ 200 from 3 orders, $ 66.66 each."
    assert card(found, "revenue").body["delta"] is None


def test_filters_apply_where_the_dataset_has_their_column() -> None:
    found = page(shop(), "executive", Chosen(values={"country": "DE"}))
    assert card(found, "revenue").body["exact"] == "1120.30"
    assert card(found, "revenue").notes == []
    assert card(found, "weekly_revenue").notes == ["not filtered by country"]
    assert card(found, "categories").notes == ["not filtered by country"]


def test_a_month_without_data_says_so_and_what_does_not_exist_too() -> None:
    found = page(shop(), "executive", Chosen(dt.date(2031, 1, 1), {"country": "XX"}))
    assert plain(card(found, "categories").empty) == "No rows in January 2031 with these filters."
    assert found.messages == ["There is no country “XX” in the data: choose another, or “All”."]
    assert headline(found) == "Executive summary"
    # No order is no number of orders: nothing says that the month is complete.
    orders = card(found, "orders")
    assert plain(orders.empty) == "No rows in January 2031 with these filters."


def test_a_month_whose_rows_are_all_filtered_out_has_the_number_zero() -> None:
    found = page(shop(), "executive", Chosen(values={"country": "FR"}))
    assert card(found, "orders").body["exact"] == "0"
    assert card(found, "orders").empty == ""


def test_a_dataset_of_weeks_says_where_its_last_week_begins(executive: Page) -> None:
    assert plain(card(executive, "weekly_revenue").subtitle).endswith(
        "12 months to October 2025, last week begins 20 Oct"
    )


def test_a_month_without_a_summed_column_names_it_and_the_remedy() -> None:
    gold = provider()
    gold.connection.execute("UPDATE tickets_by_org_date SET csat_total = NULL, csat_answers = NULL")
    found = page(gold, "support")
    for key in ("csat", "satisfaction"):
        assert card(found, key).empty == (
            "These rows of tickets_by_org_date have no csat_total and no csat_answers. If they were "
            "published before the column was declared, a full refresh fills it."
        )
    assert card(found, "critical").empty == ""


def test_an_empty_lake_says_what_to_do() -> None:
    for each in Gold("ecommerce"), Gold("cloud_provider"):
        for dashboard in each.domain.shown_dashboards:
            found = page(each, dashboard.key)
            empty = [
                card.empty for section in found.sections for card in section.cards if card.kind != "text"
            ]
            assert all("has no rows yet: upload files with `caudal upload`" in text for text in empty)
            assert headline(found) == dashboard.title


def test_a_missing_table_is_a_problem_of_its_cards_alone() -> None:
    gold = shop()
    gold.drop("customer_rfm")
    found = page(gold, "behaviour")
    problem = card(found, "segments").problem
    assert problem is not None
    assert "customer_rfm" in problem[0]
    assert card(found, "funnel").problem is None


def test_the_funnel_marks_the_largest_positive_loss() -> None:
    found = page(shop(), "behaviour")
    steps: Any = card(found, "funnel").body["steps"]
    assert [(step["name"], plain(step["lost"]), step["is_worst"]) for step in steps] == [
        ("Viewed a page", "830 leave (83.0 %)", True),
        ("Added to cart", "10 more than the step before", False),
        ("Began checkout", "90 leave (50.0 %)", False),
        ("Bought", "", False),
    ]
    assert headline(found) == (
        "83.0 % of the sessions that viewed a page are lost before “added to cart”: 830 in October; 9.0 % of "
        "all end in a purchase."
    )


def test_the_largest_loss_is_a_part_of_the_step_before_it() -> None:
    gold = shop()
    gold.connection.execute("DELETE FROM funnel_by_month")
    steps = (("page_view", 1703), ("add_to_cart", 1000), ("checkout", 100), ("purchase", 50))
    gold.add(
        "funnel_by_month",
        *(
            {"event_month": dt.date(2025, 10, 1), "step": step, "step_number": place, "sessions": sessions}
            for place, (step, sessions) in enumerate(steps, 1)
        ),
    )
    # 900 of 1,000; of all sessions it would be 52.8 %.
    assert headline(page(gold, "behaviour")) == (
        "90.0 % of the sessions that added to cart are lost before “began checkout”: 900 in October; 2.9 % "
        "of all end in a purchase."
    )


def test_means_over_several_groups_are_computed_from_sums() -> None:
    found = page(provider(), "support")
    # 4 of the one answer in August; (−100 + 90.5) ÷ 5 responses
    assert [card(found, key).body["exact"] for key in ("csat", "nps")] == ["4.00", "-1.90"]
    satisfaction, recommendation = card(found, "satisfaction").cells, card(found, "recommendation").cells
    assert satisfaction is not None
    assert recommendation is not None
    assert satisfaction.shown() == [["2025-07-01", "4.00"], ["2025-08-01", "4.00"]]
    assert recommendation.shown() == [
        ["org_b", "2", "45.25"],
        ["org_a", "3", "-33.333333"],
        ["org_c", "0", "–"],
    ]


def test_bars_compare_with_the_month_before(executive: Page) -> None:
    bars: Any = card(executive, "categories").body["bars"]
    assert [(bar["name"], plain(bar["lines"][0]["text"]), bar["tick"]) for bar in bars] == [
        ("Books", "$ 140", "50.00"),
        ("Unknown", "$ 10.05", "7.17"),
    ]
    assert plain(bars[0]["change"].text) == "+100.0 %"


def test_shares_add_up_and_unknown_is_a_group(executive: Page) -> None:
    items: Any = card(executive, "devices").body["items"]
    assert [(item["name"], plain(item["share"]), plain(item["detail"])) for item in items] == [
        ("Desktop", "25.0 %", "1 order · $ 1.0 k · +1,553.0 %"),
        ("Mobile", "25.0 %", "1 order · $ 120 · −13.8 %"),
        ("Tablet", "25.0 %", "1 order · $ 80.10"),
        ("Unknown", "25.0 %", "1 order · $ 33.33"),
    ]


def test_a_card_whose_table_ends_before_the_page_says_so() -> None:
    gold = shop()
    gold.connection.execute("DELETE FROM top_products_month WHERE order_month = DATE '2025-10-01'")
    found = page(gold, "executive")
    assert card(found, "top_products").notes == ["this table ends in September"]
    assert card(found, "revenue").notes == []
    chosen = page(gold, "executive", Chosen(dt.date(2025, 9, 1)))
    assert card(chosen, "top_products").notes == []


def test_a_table_sorts_by_its_measure_and_equal_rows_by_their_names(executive: Page) -> None:
    rows: Any = card(executive, "top_products").body["rows"]
    assert [row["texts"][0][:12] for row in rows] == ["<img src=x o", "Very long na", "=1+1", "Pen"]


def test_a_trend_shows_the_largest_series_and_dims_other_months(executive: Page) -> None:
    trend = card(executive, "weekly_revenue")
    assert trend.body["legend"] == ["watch", "Tablet", "Desktop", "Mobile"]
    values: Any = trend.body["spec"]["data"]["values"]
    assert {(each["x"], each["o"]) for each in values} == {
        *((f"2025-09-{day:02}", 0.5) for day in (1, 8, 15, 22)),
        ("2025-09-29", 1),  # Its Sunday is in October.
        *((f"2025-10-{day:02}", 1) for day in (6, 13, 20)),
    }
    assert trend.cells is not None
    assert [str(each) for each in trend.cells.rows[-1]] == [
        "2025-10-20",
        "704.25",
        "703.25",
        "702.25",
        "701.25",
    ]


def test_more_series_than_colours_are_summed_as_other() -> None:
    found = card(page(provider(), "finops"), "daily_cost")
    assert found.body["legend"] == ["Networking", "Database", "GenAI", "Other"]
    assert found.cells is not None
    assert [str(each) for each in found.cells.rows[0]] == [
        "2025-07-23", "24.691340", "19.753072", "14.814804", "14.814804",
    ]  # fmt: skip


def test_an_organisation_filters_cost_and_invoices() -> None:
    found = page(provider(), "finops", Chosen(values={"organisation": "org_b"}))
    assert card(found, "cost").body["exact"] == "1722.220965"
    assert card(found, "revenue").body["value"] == "–"
    assert card(found, "anomalies").body["exact"] == "2"
    anomalies = card(found, "cost_anomalies").cells
    assert anomalies is not None
    assert [str(row[0]) for row in anomalies.rows] == ["2025-08-30", "2025-08-02"]


def test_counts_of_some_rows_are_zero_in_months_without_them() -> None:
    found = card(page(provider(), "support"), "critical")
    assert found.body["exact"] == "2"
    assert plain(found.body["delta"].text) == "+2"
    assert found.body["delta"].before == "from 0 in Jul"


def test_the_share_of_a_service_is_that_of_the_cost_of_named_days() -> None:
    august = headline(page(provider(), "finops"))
    july = headline(page(provider(), "finops", Chosen(dt.date(2025, 7, 1))))
    assert august.endswith("% of the cost of 14 days to 31 Aug 2025.")
    assert july.endswith("% of the cost of 14 days to 31 Jul 2025.")


def test_a_mean_score_changes_by_points() -> None:
    gold = provider()
    gold.add(
        "nps_by_org_month",
        {
            "org_id": "org_a",
            "survey_month": dt.date(2025, 7, 1),
            "responses": 2,
            "nps_total": Decimal("-10.00"),
        },
    )
    # −1.9 after −5: better by 3.1, whatever the sign
    change = card(page(gold, "support"), "nps").body["delta"]
    assert (plain(change.text), change.arrow, change.tone) == ("+3.1 pts", "↑", "good")


def test_no_page_depends_on_files(tmp_path: Path) -> None:
    # Cards hold texts and numbers alone: a page needs no further query.
    gold = shop()
    datasets = gold.datasets()
    datasets.load()
    asked = len(gold.asked)
    for dashboard in gold.domain.shown_dashboards:
        page_of(dashboard, datasets, Chosen(values={"country": "FR"}))
    assert len(gold.asked) == asked
