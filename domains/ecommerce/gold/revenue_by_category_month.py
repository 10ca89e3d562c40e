"""Monthly revenue and profit of each product category; grain: order_month, category."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from domains.ecommerce.marts import REVENUE_BY_CATEGORY_MONTH
from transforms.calendar import month_start
from transforms.output import published


def build(fact_order_items_enriched: DataFrame) -> DataFrame:
    """Return months and categories with lines; lines of unknown products form a group with null profit."""
    lines = fact_order_items_enriched.select(
        month_start(F.col("order_date")).alias("order_month"),
        "category",
        "order_id",
        "quantity",
        "line_total_usd",
        "net_line_total_usd",
        "gross_profit_usd",
    )
    by_category = lines.groupBy("order_month", "category").agg(
        F.sum("line_total_usd").alias("revenue_usd"),
        F.sum("net_line_total_usd").alias("net_revenue_usd"),
        F.sum("gross_profit_usd").alias("gross_profit_usd"),
        F.sum("quantity").alias("units"),
        F.count_distinct("order_id").alias("orders"),
    )
    return published(by_category, REVENUE_BY_CATEGORY_MONTH)
