"""Monthly revenue of each product and its rank."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.ecommerce.gold.top_products_month import build
from domains.ecommerce.marts import FACT_ORDER_ITEMS_ENRICHED, TOP_PRODUCTS_MONTH
from tests.frames import assert_published, frame


def test_products_of_equal_revenue_share_a_rank_and_leave_no_gap(spark: SparkSession) -> None:
    lines = frame(
        spark,
        FACT_ORDER_ITEMS_ENRICHED.columns,
        """
        order_id | order_date | product_id | category | product_name | quantity | line_total_usd | gross_profit_usd
        1        | 2025-11-01 | 101        | Books    | Atlas        | 1        | 10.00          | 4.00
        1        | 2025-11-01 | 101        | Books    | Atlas        | 1        | 10.00          | 4.00
        2        | 2025-11-30 | 101        | Books    | Atlas        | 2        | 20.00          | 8.00
        2        | 2025-11-30 | 102        | Toys     | Top          | 1        | 40.00          | -5.00
        2        | 2025-11-30 | 999        | null     | null         | 3        | 39.99          | null
        3        | 2025-12-01 | 101        | Books    | Atlas        | 1        | 10.00          | 4.00
        """,
    )
    assert_published(
        build(lines),
        TOP_PRODUCTS_MONTH,
        """
        order_month | product_id | category | product_name | revenue_usd | units | orders | gross_profit_usd | revenue_rank
        2025-11-01  | 101        | Books    | Atlas        | 40.00       | 4     | 2      | 16.00            | 1
        2025-11-01  | 102        | Toys     | Top          | 40.00       | 1     | 1      | -5.00            | 1
        2025-11-01  | 999        | null     | null         | 39.99       | 3     | 1      | null             | 2
        2025-12-01  | 101        | Books    | Atlas        | 10.00       | 1     | 1      | 4.00             | 1
        """,
    )
