"""Ratings of each reviewed product; grain: product_id."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from domains.ecommerce.marts import PRODUCT_RATINGS
from transforms.exact import ratio
from transforms.output import published

LOW_RATING = 2


def build(reviews: DataFrame, products: DataFrame) -> DataFrame:
    """Return reviewed products, including products that the catalogue does not know."""
    catalogue = products.select("product_id", "category", F.col("name").alias("product_name"))
    ratings = (
        reviews.select("product_id", "rating")
        .groupBy("product_id")
        .agg(
            F.count(F.lit(1)).alias("reviews"),
            F.sum("rating").alias("stars"),
            F.count_if(F.col("rating") <= LOW_RATING).alias("low_ratings"),
        )
        .withColumn("avg_rating", ratio(F.col("stars"), F.col("reviews")))
    )
    return published(ratings.join(catalogue, on="product_id", how="left"), PRODUCT_RATINGS)
