"""Weekly sales by device; grain: week_start, device."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from domains.ecommerce.marts import SALES_BY_WEEK
from transforms.calendar import week_start
from transforms.output import published


def build(fact_orders_enriched: DataFrame) -> DataFrame:
    """Return weeks and devices with orders; orders without a device form their own group."""
    orders = fact_orders_enriched.select(
        week_start(F.col("order_date")).alias("week_start"), "device", "total_usd"
    )
    by_week = orders.groupBy("week_start", "device").agg(
        F.sum("total_usd").alias("revenue_usd"), F.count(F.lit(1)).alias("orders")
    )
    return published(by_week, SALES_BY_WEEK)
