"""Weekly sales by device."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.ecommerce.gold.sales_by_week import build
from domains.ecommerce.marts import FACT_ORDERS_ENRICHED, SALES_BY_WEEK
from tests.frames import assert_published, frame


def test_weeks_run_from_monday_to_sunday_across_the_turn_of_the_year(spark: SparkSession) -> None:
    orders = frame(
        spark,
        FACT_ORDERS_ENRICHED.columns,
        """
        order_id | order_date | device | total_usd
        1        | 2024-12-29 | mobile | 1.00
        2        | 2024-12-30 | mobile | 2.00
        3        | 2025-01-05 | mobile | 4.00
        4        | 2025-01-06 | mobile | 8.00
        5        | 2025-01-01 | tablet | 16.00
        6        | 2025-01-01 | null   | 32.00
        7        | 2025-01-02 | null   | 0.50
        """,
    )
    assert_published(
        build(orders),
        SALES_BY_WEEK,
        """
        week_start | device | revenue_usd | orders
        2024-12-23 | mobile | 1.00        | 1
        2024-12-30 | mobile | 6.00        | 2
        2024-12-30 | tablet | 16.00       | 1
        2024-12-30 | null   | 32.50       | 2
        2025-01-06 | mobile | 8.00        | 1
        """,
    )
