"""Monthly sales of the whole shop; grain: order_month."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from domains.ecommerce.marts import SALES_BY_MONTH
from transforms.calendar import month_start
from transforms.exact import ratio
from transforms.output import published


def build(fact_orders_enriched: DataFrame) -> DataFrame:
    """Return months with orders; units and gross profit are null in a month whose orders have none."""
    orders = fact_orders_enriched.select(
        month_start(F.col("order_date")).alias("order_month"),
        "customer_id",
        "total_usd",
        "units",
        "gross_profit_usd",
    )
    by_month = (
        orders.groupBy("order_month")
        .agg(
            F.sum("total_usd").alias("revenue_usd"),
            F.count(F.lit(1)).alias("orders"),
            F.count_distinct("customer_id").alias("customers"),
            F.sum("units").alias("units"),
            F.sum("gross_profit_usd").alias("gross_profit_usd"),
        )
        .withColumn("avg_order_value", ratio(F.col("revenue_usd"), F.col("orders")))
    )
    return published(by_month, SALES_BY_MONTH)
