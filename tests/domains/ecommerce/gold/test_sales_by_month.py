"""Monthly sales of the whole shop."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.ecommerce.gold.sales_by_month import build
from domains.ecommerce.marts import FACT_ORDERS_ENRICHED, SALES_BY_MONTH
from tests.frames import assert_published, frame


def test_months_end_at_their_last_day_and_customers_count_once(spark: SparkSession) -> None:
    orders = frame(
        spark,
        FACT_ORDERS_ENRICHED.columns,
        """
        order_id | customer_id | order_date | total_usd | units | gross_profit_usd
        1        | 7           | 2025-11-01 | 10.00     | 1     | 2.50
        2        | 7           | 2025-11-15 | 20.00     | 2     | -1.00
        3        | 8           | 2025-11-30 | 20.01     | null  | null
        4        | 7           | 2025-12-01 | 0.00      | 4     | null
        5        | 9           | 2024-11-30 | 5.00      | null  | null
        """,
    )
    assert_published(
        build(orders),
        SALES_BY_MONTH,
        """
        order_month | revenue_usd | orders | customers | avg_order_value | units | gross_profit_usd
        2025-11-01  | 50.01       | 3      | 2         | 16.670000       | 3     | 1.50
        2025-12-01  | 0.00        | 1      | 1         | 0.000000        | 4     | null
        2024-11-01  | 5.00        | 1      | 1         | 5.000000        | null  | null
        """,
    )


def test_average_is_rounded_half_up_to_six_digits(spark: SparkSession) -> None:
    orders = frame(
        spark,
        FACT_ORDERS_ENRICHED.columns,
        """
        order_id | order_date | total_usd
        1        | 2025-11-01 | 0.01
        2        | 2025-11-01 | 0.01
        3        | 2025-11-01 | 0.00
        """,
    )
    assert_published(
        build(orders),
        SALES_BY_MONTH,
        """
        revenue_usd | avg_order_value
        0.02        | 0.006667
        """,
    )


def test_without_orders_there_are_no_months(spark: SparkSession) -> None:
    assert_published(
        build(frame(spark, FACT_ORDERS_ENRICHED.columns, "order_id")), SALES_BY_MONTH, "order_month"
    )
