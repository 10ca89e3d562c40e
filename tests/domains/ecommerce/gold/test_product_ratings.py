"""Ratings of each reviewed product."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.ecommerce.gold.product_ratings import build
from domains.ecommerce.marts import PRODUCT_RATINGS
from domains.ecommerce.tables import PRODUCTS, REVIEWS
from tests.frames import assert_published, frame


def test_reviewed_products_are_listed_even_if_unknown_to_the_catalogue(spark: SparkSession) -> None:
    actual = build(
        reviews=frame(
            spark,
            REVIEWS.columns,
            """
            review_id | product_id | rating
            1         | 101        | 1
            2         | 101        | 2
            3         | 101        | 5
            4         | 999        | 3
            """,
        ),
        products=frame(
            spark,
            PRODUCTS.columns,
            """
            product_id | category | name
            101        | Books    | Atlas
            102        | Toys     | Top
            """,
        ),
    )
    assert_published(
        actual,
        PRODUCT_RATINGS,
        """
        product_id | category | product_name | reviews | avg_rating | low_ratings
        101        | Books    | Atlas        | 3       | 2.666667   | 2
        999        | null     | null         | 1       | 3.000000   | 0
        """,
    )
