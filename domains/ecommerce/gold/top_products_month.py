"""Monthly revenue of each product and its rank; grain: order_month, product_id."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from domains.ecommerce.marts import TOP_PRODUCTS_MONTH
from transforms.calendar import month_start
from transforms.output import published


def build(fact_order_items_enriched: DataFrame) -> DataFrame:
    """Return every product sold in a month; products of equal revenue share a rank."""
    lines = fact_order_items_enriched.select(
        month_start(F.col("order_date")).alias("order_month"),
        "product_id",
        "category",
        "product_name",
        "order_id",
        "quantity",
        "line_total_usd",
        "gross_profit_usd",
    )
    # Category and name depend on the product. As group keys they keep Spark's aggregation hash-based.
    by_product = lines.groupBy("order_month", "product_id", "category", "product_name").agg(
        F.sum("line_total_usd").alias("revenue_usd"),
        F.sum("quantity").alias("units"),
        F.count_distinct("order_id").alias("orders"),
        F.sum("gross_profit_usd").alias("gross_profit_usd"),
    )
    by_revenue = Window.partitionBy("order_month").orderBy(F.desc("revenue_usd"))
    return published(
        by_product.withColumn("revenue_rank", F.dense_rank().over(by_revenue)), TOP_PRODUCTS_MONTH
    )
