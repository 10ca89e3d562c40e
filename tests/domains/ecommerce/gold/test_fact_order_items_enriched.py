"""Lines of known orders, with product, discount and profit."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.ecommerce.gold.fact_order_items_enriched import build
from domains.ecommerce.marts import FACT_ORDER_ITEMS_ENRICHED
from domains.ecommerce.tables import ORDER_ITEMS, ORDERS, PRODUCTS
from tests.frames import assert_published, frame

NO_PRODUCTS = "product_id"


def test_line_has_attributes_of_its_order_and_product(spark: SparkSession) -> None:
    actual = build(
        order_items=frame(
            spark,
            ORDER_ITEMS.columns,
            """
            order_id | product_id | unit_price_usd | quantity | line_total_usd
            1        | 101        | 20.00          | 2        | 40.00
            """,
        ),
        orders=frame(
            spark,
            ORDERS.columns,
            """
            order_id | customer_id | order_time          | discount_pct | country | device | source
            1        | 7           | 2025-11-02 23:59:59 | 10.00        | BR      | mobile | organic
            """,
        ),
        products=frame(
            spark,
            PRODUCTS.columns,
            """
            product_id | category | name    | price_usd | cost_usd
            101        | Books    | Atlas 1 | 21.00     | 12.50
            """,
        ),
    )
    assert_published(
        actual,
        FACT_ORDER_ITEMS_ENRICHED,
        """
        order_id | product_id | quantity | unit_price_usd | line_total_usd | net_line_total_usd | category | product_name | list_price_usd | cost_usd | unit_profit_usd | gross_profit_usd | customer_id | order_time          | order_date | country | device | source
        1        | 101        | 2        | 20.00          | 40.00          | 36.00              | Books    | Atlas 1      | 21.00          | 12.50    | 7.50            | 15.00            | 7           | 2025-11-02 23:59:59 | 2025-11-02 | BR      | mobile | organic
        """,
    )


def test_line_of_an_unknown_order_is_left_out_and_equal_lines_both_count(spark: SparkSession) -> None:
    actual = build(
        order_items=frame(
            spark,
            ORDER_ITEMS.columns,
            """
            order_id | product_id | quantity | line_total_usd
            1        | 101        | 1        | 5.00
            1        | 101        | 1        | 5.00
            2        | 101        | 1        | 5.00
            """,
        ),
        orders=frame(
            spark,
            ORDERS.columns,
            """
            order_id | discount_pct
            1        | 0.00
            """,
        ),
        products=frame(spark, PRODUCTS.columns, NO_PRODUCTS),
    )
    assert_published(
        actual,
        FACT_ORDER_ITEMS_ENRICHED,
        """
        order_id | product_id | line_total_usd
        1        | 101        | 5.00
        1        | 101        | 5.00
        """,
    )


def test_unknown_product_or_cost_leaves_profits_null(spark: SparkSession) -> None:
    actual = build(
        order_items=frame(
            spark,
            ORDER_ITEMS.columns,
            """
            order_id | product_id | unit_price_usd | quantity | line_total_usd
            1        | 101        | 5.00           | 1        | 5.00
            1        | 102        | 5.00           | 1        | 5.00
            """,
        ),
        orders=frame(
            spark,
            ORDERS.columns,
            """
            order_id | discount_pct
            1        | 0.00
            """,
        ),
        products=frame(
            spark,
            PRODUCTS.columns,
            """
            product_id | category | name | price_usd | cost_usd
            102        | Books    | Atlas | 6.00     | null
            """,
        ),
    )
    assert_published(
        actual,
        FACT_ORDER_ITEMS_ENRICHED,
        """
        product_id | net_line_total_usd | category | product_name | list_price_usd | cost_usd | unit_profit_usd | gross_profit_usd
        101        | 5.00               | null     | null         | null           | null     | null            | null
        102        | 5.00               | Books    | Atlas        | 6.00           | null     | null            | null
        """,
    )


def test_discount_is_rounded_once_half_up_to_cents(spark: SparkSession) -> None:
    actual = build(
        order_items=frame(
            spark,
            ORDER_ITEMS.columns,
            """
            order_id | product_id | line_total_usd
            1        | 1          | 0.10
            1        | 2          | 0.09
            2        | 3          | 33.33
            3        | 4          | 33.33
            4        | 5          | 33.33
            1        | 6          | 9999999999999999.99
            """,
        ),
        orders=frame(
            spark,
            ORDERS.columns,
            """
            order_id | discount_pct
            1        | 5.00
            2        | 0.00
            3        | 100.00
            4        | 33.33
            """,
        ),
        products=frame(spark, PRODUCTS.columns, NO_PRODUCTS),
    )
    assert_published(
        actual,
        FACT_ORDER_ITEMS_ENRICHED,
        """
        product_id | net_line_total_usd
        1          | 0.10
        2          | 0.09
        3          | 33.33
        4          | 0.00
        5          | 22.22
        6          | 9499999999999999.99
        """,
    )


def test_line_sold_below_cost_makes_a_loss(spark: SparkSession) -> None:
    actual = build(
        order_items=frame(
            spark,
            ORDER_ITEMS.columns,
            """
            order_id | product_id | unit_price_usd | quantity | line_total_usd
            1        | 101        | 5.00           | 3        | 14.99
            """,
        ),
        orders=frame(
            spark,
            ORDERS.columns,
            """
            order_id | discount_pct
            1        | 0.00
            """,
        ),
        products=frame(
            spark,
            PRODUCTS.columns,
            """
            product_id | cost_usd
            101        | 5.01
            """,
        ),
    )
    assert_published(
        actual,
        FACT_ORDER_ITEMS_ENRICHED,
        """
        unit_profit_usd | gross_profit_usd
        -0.01           | -0.04
        """,
    )
