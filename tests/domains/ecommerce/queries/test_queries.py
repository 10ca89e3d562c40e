"""The Athena queries answer their questions, on tables of literal rows."""

from __future__ import annotations

import pytest

from domains.ecommerce.domain import DOMAIN
from tests.domains.questions import Answer, answers_of
from tests.frames import parse


@pytest.fixture
def answer() -> Answer:
    return answers_of(DOMAIN)


SALES_BY_MONTH = """
    order_month | revenue_usd | orders | customers | avg_order_value | gross_profit_usd
    2025-10-01  | 999.00      | 9      | 9         | 111.000000      | 1.00
    2025-12-01  | 100.00      | 3      | 2         | 33.333333       | null
    2026-01-01  | 150.00      | 2      | 2         | 75.000000       | 40.00
"""


def test_sales_month_over_month_compares_the_two_newest_months(answer: Answer) -> None:
    assert answer("sales_month_over_month", sales_by_month=SALES_BY_MONTH) == parse(
        """
        order_month | measure             | this_month | month_before | change_pct
        2026-01-01  | revenue_usd         | 150.00     | 100.00       | 50.0
        2026-01-01  | orders              | 2.00       | 3.00         | -33.3
        2026-01-01  | customers           | 2.00       | 2.00         | 0.0
        2026-01-01  | avg_order_value_usd | 75.00      | 33.33        | 125.0
        2026-01-01  | gross_profit_usd    | 40.00      | null         | null
        """
    )


def test_sales_month_over_month_has_no_change_after_a_month_without_sales(answer: Answer) -> None:
    _, rows = answer("sales_month_over_month", sales_by_month="\n".join(SALES_BY_MONTH.splitlines()[:-1]))
    assert [row[2:] for row in rows] == [
        ("100.00", None, None),
        ("3.00", None, None),
        ("2.00", None, None),
        ("33.33", None, None),
        (None, None, None),
    ]


def test_sales_weekly_trend_shows_twelve_weeks(answer: Answer) -> None:
    assert answer(
        "sales_weekly_trend",
        sales_by_week="""
        week_start | device | revenue_usd | orders
        2025-09-29 | mobile | 40.00       | 4
        2025-10-06 | mobile | 50.00       | 5
        2025-12-15 | mobile | 100.00      | 1
        2025-12-15 | tablet | 100.00      | 1
        2025-12-22 | mobile | 150.00      | 2
        2025-12-22 | null   | 0.00        | 1
        """,
    ) == parse(
        """
        week_start | revenue_usd | orders | revenue_change_pct
        2025-10-06 | 50.00       | 5      | 25.0
        2025-12-15 | 200.00      | 2      | null
        2025-12-22 | 150.00      | 3      | -25.0
        """
    )


def test_revenue_by_category_has_margin_share_and_change_of_the_newest_month(answer: Answer) -> None:
    assert answer(
        "revenue_by_category",
        revenue_by_category_month="""
        order_month | category | revenue_usd | net_revenue_usd | gross_profit_usd | units | orders
        2025-11-01  | Books    | 50.00       | 50.00           | 20.00            | 1     | 1
        2025-11-01  | null     | 20.00       | 20.00           | null             | 1     | 1
        2025-12-01  | Books    | 75.00       | 70.00           | 30.00            | 3     | 2
        2025-12-01  | Toys     | 10.00       | 10.00           | -1.00            | 1     | 1
        2025-12-01  | null     | 10.00       | 10.00           | null             | 1     | 1
        2025-12-01  | Garden   | 5.00        | 5.00            | 1.00             | 1     | 1
        """,
    ) == parse(
        """
        category | revenue_usd | net_revenue_usd | gross_profit_usd | margin_pct | share_pct | revenue_change_pct | units | orders
        Books    | 75.00       | 70.00           | 30.00            | 40.0       | 75.0      | 50.0               | 3     | 2
        Toys     | 10.00       | 10.00           | -1.00            | -10.0      | 10.0      | null               | 1     | 1
        null     | 10.00       | 10.00           | null             | null       | 10.0      | -50.0              | 1     | 1
        Garden   | 5.00        | 5.00            | 1.00             | 20.0       | 5.0       | null               | 1     | 1
        """
    )


def test_funnel_lists_the_steps_of_the_newest_month_in_order(answer: Answer) -> None:
    assert answer(
        "funnel",
        funnel_by_month="""
        event_month | step      | step_number | events | sessions | step_conversion | drop_off | overall_conversion
        2025-11-01  | page_view | 1           | 9      | 9        | null            | null     | 1.000000
        2025-12-01  | purchase  | 4           | 2      | 2        | 0.666667        | 0.333333 | 0.666667
        2025-12-01  | page_view | 1           | 5      | 3        | null            | null     | 1.000000
        """,
    ) == parse(
        """
        event_month | step_number | step      | events | sessions | step_conversion_pct | drop_off_pct | overall_conversion_pct
        2025-12-01  | 1           | page_view | 5      | 3        | null                | null         | 100.0
        2025-12-01  | 4           | purchase  | 2      | 2        | 66.7                | 33.3         | 66.7
        """
    )


def test_revenue_by_country_and_source_has_shares_of_the_newest_month(answer: Answer) -> None:
    assert answer(
        "revenue_by_country_and_source",
        revenue_by_country_source_month="""
        order_month | country | source  | revenue_usd | orders | customers
        2025-11-01  | BR      | organic | 999.00      | 9      | 9
        2025-12-01  | null    | organic | 25.00       | 2      | 1
        2025-12-01  | BR      | null    | 25.00       | 1      | 1
        2025-12-01  | BR      | organic | 50.00       | 3      | 2
        """,
    ) == parse(
        """
        country | source  | revenue_usd | orders | customers | avg_order_value_usd | share_pct
        BR      | organic | 50.00       | 3      | 2         | 16.67               | 50.0
        BR      | null    | 25.00       | 1      | 1         | 25.0                | 25.0
        null    | organic | 25.00       | 2      | 1         | 12.5                | 25.0
        """
    )


def test_activity_by_hour_has_a_column_per_weekday(answer: Answer) -> None:
    assert answer(
        "activity_by_hour",
        activity_heatmap_month="""
        event_month | event_dow | event_hour | events | sessions
        2025-11-01  | 1         | 9          | 99     | 9
        2025-12-01  | 1         | 9          | 5      | 2
        2025-12-01  | 7         | 9          | 2      | 2
        2025-12-01  | 3         | 0          | 1      | 1
        """,
    ) == parse(
        """
        event_hour | monday | tuesday | wednesday | thursday | friday | saturday | sunday | events
        0          | 0      | 0       | 1         | 0        | 0      | 0        | 0      | 1
        9          | 5      | 0       | 0         | 0        | 0      | 0        | 2      | 7
        """
    )


def test_top_products_lists_ten_products(answer: Answer) -> None:
    sold = "\n".join(
        f"2025-12-01 | {product} | P{product} | {100 - product // 2 * 2}.00 | {product // 2 + 1}"
        for product in range(12)
    )
    _, rows = answer(
        "top_products",
        top_products_month=f"""
        order_month | product_id | product_name | revenue_usd | revenue_rank
        2025-11-01  | 99         | Old          | 999.00      | 1
        {sold}
        """,
    )
    assert [(row[0], row[1], row[4]) for row in rows] == [
        (str(place // 2 + 1), str(place), f"{100 - place // 2 * 2}.00") for place in range(10)
    ]


def test_customer_segments_have_shares_of_customers_and_revenue(answer: Answer) -> None:
    assert answer(
        "customer_segments",
        customer_rfm="""
        customer_id | recency_days | frequency | monetary_usd | segment
        1           | 1            | 4         | 60.00        | loyal
        2           | 2            | 5         | 15.00        | loyal
        3           | 300          | 1         | 25.00        | hibernating
        4           | 200          | 1         | 0.00         | at_risk
        """,
    ) == parse(
        """
        segment     | customers | customers_pct | avg_recency_days | avg_orders | revenue_usd | revenue_pct
        loyal       | 2         | 50.0          | 1.5              | 4.5        | 75.00       | 75.0
        hibernating | 1         | 25.0          | 300.0            | 1.0        | 25.00       | 25.0
        at_risk     | 1         | 25.0          | 200.0            | 1.0        | 0.00        | 0.0
        """
    )
