"""Monthly revenue and profit of each category."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.ecommerce.gold.revenue_by_category_month import build
from domains.ecommerce.marts import FACT_ORDER_ITEMS_ENRICHED, REVENUE_BY_CATEGORY_MONTH
from tests.frames import assert_published, frame


def test_lines_are_summed_per_month_and_category(spark: SparkSession) -> None:
    lines = frame(
        spark,
        FACT_ORDER_ITEMS_ENRICHED.columns,
        """
        order_id | order_date | category | quantity | line_total_usd | net_line_total_usd | gross_profit_usd
        1        | 2025-11-01 | Books    | 1        | 10.00          | 9.00               | 4.00
        1        | 2025-11-01 | Books    | 2        | 20.00          | 18.00              | null
        2        | 2025-11-30 | Books    | 1        | 5.00           | 5.00               | -1.00
        3        | 2025-12-01 | Books    | 1        | 5.00           | 5.00               | 2.00
        1        | 2025-11-01 | Toys     | 1        | 7.00           | 6.30               | 1.00
        2        | 2025-11-30 | null     | 3        | 9.00           | 9.00               | null
        """,
    )
    assert_published(
        build(lines),
        REVENUE_BY_CATEGORY_MONTH,
        """
        order_month | category | revenue_usd | net_revenue_usd | gross_profit_usd | units | orders
        2025-11-01  | Books    | 35.00       | 32.00           | 3.00             | 4     | 2
        2025-11-01  | Toys     | 7.00        | 6.30            | 1.00             | 1     | 1
        2025-11-01  | null     | 9.00        | 9.00            | null             | 3     | 1
        2025-12-01  | Books    | 5.00        | 5.00            | 2.00             | 1     | 1
        """,
    )
