"""Monthly revenue by country and channel."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.ecommerce.gold.revenue_by_country_source_month import build
from domains.ecommerce.marts import FACT_ORDERS_ENRICHED, REVENUE_BY_COUNTRY_SOURCE_MONTH
from tests.frames import assert_published, frame


def test_orders_are_summed_per_month_country_and_channel(spark: SparkSession) -> None:
    orders = frame(
        spark,
        FACT_ORDERS_ENRICHED.columns,
        """
        order_id | customer_id | order_date | country | customer_country | source  | total_usd
        1        | 7           | 2025-11-01 | BR      | PT               | organic | 10.00
        2        | 7           | 2025-11-30 | BR      | PT               | organic | 20.00
        3        | 8           | 2025-11-30 | BR      | BR               | organic | 1.00
        4        | 8           | 2025-11-30 | BR      | BR               | email   | 2.00
        5        | 7           | 2025-12-01 | BR      | PT               | organic | 4.00
        6        | 7           | 2025-12-01 | null    | PT               | organic | 8.00
        7        | 7           | 2025-12-01 | BR      | PT               | null    | 16.00
        """,
    )
    assert_published(
        build(orders),
        REVENUE_BY_COUNTRY_SOURCE_MONTH,
        """
        order_month | country | source  | revenue_usd | orders | customers
        2025-11-01  | BR      | organic | 31.00       | 3      | 2
        2025-11-01  | BR      | email   | 2.00        | 1      | 1
        2025-12-01  | BR      | organic | 4.00        | 1      | 1
        2025-12-01  | null    | organic | 8.00        | 1      | 1
        2025-12-01  | BR      | null    | 16.00       | 1      | 1
        """,
    )
