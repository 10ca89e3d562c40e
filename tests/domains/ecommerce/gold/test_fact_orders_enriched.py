"""Orders with sums over their lines and attributes of their customer."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from domains.ecommerce.gold.fact_orders_enriched import build
from domains.ecommerce.marts import FACT_ORDERS_ENRICHED
from domains.ecommerce.tables import CUSTOMERS, ORDER_ITEMS, ORDERS, PRODUCTS
from tests.frames import assert_published, frame

NO_LINES = "order_id | product_id"
NO_CUSTOMERS = "customer_id"
NO_PRODUCTS = "product_id"


def test_order_has_attributes_of_its_customer_and_sums_of_its_lines(spark: SparkSession) -> None:
    actual = build(
        orders=frame(
            spark,
            ORDERS.columns,
            """
            order_id | customer_id | order_time          | payment_method | discount_pct | subtotal_usd | total_usd | country | device | source
            1        | 7           | 2025-11-02 23:59:59 | card           | 10.00        | 44.44        | 40.00     | BR      | mobile | organic
            """,
        ),
        order_items=frame(
            spark,
            ORDER_ITEMS.columns,
            """
            order_id | product_id | unit_price_usd | quantity | line_total_usd
            1        | 101        | 20.00          | 2        | 40.00
            1        | 102        | 4.44           | 1        | 4.44
            """,
        ),
        customers=frame(
            spark,
            CUSTOMERS.columns,
            """
            customer_id | name | country | age | signup_date | marketing_opt_in
            7           | Ana  | PT      | 28  | 2025-11-02  | true
            """,
        ),
        products=frame(
            spark,
            PRODUCTS.columns,
            """
            product_id | cost_usd
            101        | 12.50
            102        | 5.00
            """,
        ),
    )
    assert_published(
        actual,
        FACT_ORDERS_ENRICHED,
        """
        order_id | customer_id | order_time          | order_date | order_hour | order_dow | payment_method | discount_pct | subtotal_usd | total_usd | country | device | source  | lines | units | gross_profit_usd | customer_country | age | age_band | marketing_opt_in | signup_date
        1        | 7           | 2025-11-02 23:59:59 | 2025-11-02 | 23         | 7         | card           | 10.00        | 44.44        | 40.00     | BR      | mobile | organic | 2     | 3     | 14.44            | PT               | 28  | 25-34    | true             | 2025-11-02
        """,
    )


def test_lines_are_summed_per_order_and_profit_counts_known_costs(spark: SparkSession) -> None:
    actual = build(
        orders=frame(
            spark,
            ORDERS.columns,
            """
            order_id
            1
            2
            3
            """,
        ),
        order_items=frame(
            spark,
            ORDER_ITEMS.columns,
            """
            order_id | product_id | quantity | line_total_usd
            1        | 101        | 1        | 5.00
            1        | 101        | 1        | 5.00
            1        | 999        | 4        | 100.00
            2        | 999        | 2        | 50.00
            2        | 103        | 1        | 50.00
            9        | 101        | 1        | 5.00
            """,
        ),
        customers=frame(spark, CUSTOMERS.columns, NO_CUSTOMERS),
        products=frame(
            spark,
            PRODUCTS.columns,
            """
            product_id | cost_usd
            101        | 7.00
            103        | null
            """,
        ),
    )
    assert_published(
        actual,
        FACT_ORDERS_ENRICHED,
        """
        order_id | lines | units | gross_profit_usd
        1        | 3     | 6     | -4.00
        2        | 2     | 3     | null
        3        | null  | null  | null
        """,
    )


def test_unknown_customer_leaves_its_attributes_null(spark: SparkSession) -> None:
    actual = build(
        orders=frame(
            spark,
            ORDERS.columns,
            """
            order_id | customer_id | country
            1        | 7           | BR
            """,
        ),
        order_items=frame(spark, ORDER_ITEMS.columns, NO_LINES),
        customers=frame(spark, CUSTOMERS.columns, NO_CUSTOMERS),
        products=frame(spark, PRODUCTS.columns, NO_PRODUCTS),
    )
    assert_published(
        actual,
        FACT_ORDERS_ENRICHED,
        """
        order_id | customer_id | country | customer_country | age  | age_band | marketing_opt_in | signup_date
        1        | 7           | BR      | null             | null | null     | null             | null
        """,
    )


@pytest.fixture(scope="module")
def bands(spark: SparkSession) -> dict[str, str | None]:
    """Return age as text → age band in the mart."""
    ages = ["-1", "0", "17", "18", "24", "25", "34", "35", "44", "45", "54", "55", "64", "65", "120", "null"]
    people = "\n".join(f"{place} | {age}" for place, age in enumerate(ages))
    actual = build(
        orders=frame(
            spark,
            ORDERS.columns,
            "order_id | customer_id\n" + "\n".join(f"{place} | {place}" for place in range(len(ages))),
        ),
        order_items=frame(spark, ORDER_ITEMS.columns, NO_LINES),
        customers=frame(spark, CUSTOMERS.columns, f"customer_id | age\n{people}"),
        products=frame(spark, PRODUCTS.columns, NO_PRODUCTS),
    )
    return {str(row["age"]): row["age_band"] for row in actual.collect()}


@pytest.mark.parametrize(
    ("band", "first", "last"),
    [
        ("18-24", 18, 24),
        ("25-34", 25, 34),
        ("35-44", 35, 44),
        ("45-54", 45, 54),
        ("55-64", 55, 64),
        ("65+", 65, 120),
    ],
)
def test_age_band_includes_both_of_its_limits(
    bands: dict[str, str | None], band: str, first: int, last: int
) -> None:
    assert bands[str(first)] == band
    assert bands[str(last)] == band


@pytest.mark.parametrize("age", ["-1", "0", "17", "None"])
def test_customers_below_eighteen_or_without_an_age_have_no_age_band(
    bands: dict[str, str | None], age: str
) -> None:
    assert bands[age] is None


def test_absurd_amounts_do_not_stop_other_orders(spark: SparkSession) -> None:
    actual = build(
        orders=frame(
            spark,
            ORDERS.columns,
            """
            order_id | order_time          | total_usd
            1        | 9999-12-31 23:59:59 | 9999999999999999.99
            2        | 0001-01-01 00:00:00 | 0.00
            """,
        ),
        order_items=frame(
            spark,
            ORDER_ITEMS.columns,
            """
            order_id | product_id | quantity   | line_total_usd
            1        | 101        | 2147483647 | 0.00
            1        | 101        | 2147483647 | 0.00
            1        | 101        | 2147483647 | 0.00
            1        | 101        | 2147483647 | 0.00
            1        | 101        | 2147483647 | 0.00
            2        | 101        | 1          | 9999999999999999.99
            """,
        ),
        customers=frame(spark, CUSTOMERS.columns, NO_CUSTOMERS),
        products=frame(
            spark,
            PRODUCTS.columns,
            """
            product_id | cost_usd
            101        | 9999999999999999.99
            """,
        ),
    )
    assert_published(
        actual,
        FACT_ORDERS_ENRICHED,
        """
        order_id | order_date | order_dow | total_usd           | units       | gross_profit_usd
        1        | 9999-12-31 | 5         | 9999999999999999.99 | 10737418235 | null
        2        | 0001-01-01 | 1         | 0.00                | 1           | 0.00
        """,
    )
