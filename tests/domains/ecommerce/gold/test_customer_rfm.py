"""Recency, frequency and monetary value of each customer, and the customer's segment."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from domains.ecommerce.gold.customer_rfm import build, segment
from domains.ecommerce.marts import CUSTOMER_RFM, FACT_ORDERS_ENRICHED
from tests.frames import assert_published, frame


def test_customers_are_split_into_quintiles_of_equal_size(spark: SparkSession) -> None:
    orders = frame(
        spark,
        FACT_ORDERS_ENRICHED.columns,
        """
        order_id | customer_id | order_date | total_usd
        1        | 1           | 2025-11-30 | 100.00
        2        | 1           | 2025-11-01 | 100.00
        3        | 2           | 2025-11-29 | 50.00
        4        | 2           | 2025-11-29 | 50.00
        5        | 2           | 2025-11-28 | 50.00
        6        | 3           | 2025-10-31 | 10.00
        7        | 4           | 2025-10-31 | 10.00
        8        | 5           | 2024-11-30 | 0.00
        9        | 6           | 2025-11-30 | 10.00
        """,
    )
    assert_published(
        build(orders),
        CUSTOMER_RFM,
        """
        customer_id | last_order_date | recency_days | frequency | monetary_usd | r | f | m | segment
        1           | 2025-11-30      | 1            | 2         | 200.00       | 4 | 4 | 5 | champions
        2           | 2025-11-29      | 2            | 3         | 150.00       | 3 | 5 | 4 | loyal
        3           | 2025-10-31      | 31           | 1         | 10.00        | 1 | 1 | 1 | hibernating
        4           | 2025-10-31      | 31           | 1         | 10.00        | 2 | 1 | 2 | hibernating
        5           | 2024-11-30      | 366          | 1         | 0.00         | 1 | 2 | 1 | hibernating
        6           | 2025-11-30      | 1            | 1         | 10.00        | 5 | 3 | 3 | regular
        """,
    )


@pytest.mark.parametrize(
    ("r", "f", "m", "expected"),
    [
        (4, 4, 4, "champions"),
        (5, 5, 3, "loyal"),
        (3, 4, 5, "loyal"),
        (1, 4, 1, "loyal"),
        (4, 2, 5, "new"),
        (5, 3, 5, "regular"),
        (2, 3, 5, "at_risk"),
        (2, 2, 5, "hibernating"),
        (3, 2, 1, "regular"),
        (3, 3, 3, "regular"),
    ],
)
def test_first_segment_whose_condition_holds_counts(
    spark: SparkSession, r: int, f: int, m: int, expected: str
) -> None:
    scores = spark.range(1).select(F.lit(r).alias("r"), F.lit(f).alias("f"), F.lit(m).alias("m"))
    assert scores.select(segment().alias("segment")).collect()[0]["segment"] == expected
