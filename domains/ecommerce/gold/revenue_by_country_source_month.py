"""Monthly revenue by country and marketing channel; grain: order_month, country, source."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from domains.ecommerce.marts import REVENUE_BY_COUNTRY_SOURCE_MONTH
from transforms.calendar import month_start
from transforms.output import published


def build(fact_orders_enriched: DataFrame) -> DataFrame:
    """Return months and channels with orders; orders without a country or channel form their own groups."""
    orders = fact_orders_enriched.select(
        month_start(F.col("order_date")).alias("order_month"),
        "country",
        "source",
        "customer_id",
        "total_usd",
    )
    by_channel = orders.groupBy("order_month", "country", "source").agg(
        F.sum("total_usd").alias("revenue_usd"),
        F.count(F.lit(1)).alias("orders"),
        F.count_distinct("customer_id").alias("customers"),
    )
    return published(by_channel, REVENUE_BY_COUNTRY_SOURCE_MONTH)
