"""Recency, frequency and monetary value of every customer who ordered; grain: customer_id."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from domains.ecommerce.marts import CUSTOMER_RFM
from transforms.output import published


def build(fact_orders_enriched: DataFrame) -> DataFrame:
    """Return customers with orders.

    Quintiles have equal sizes: customer_id decides between customers with equal values.
    """
    orders = fact_orders_enriched.select("customer_id", "order_date", "total_usd")
    customers = orders.groupBy("customer_id").agg(
        F.max("order_date").alias("last_order_date"),
        F.count(F.lit(1)).alias("frequency"),
        F.sum("total_usd").alias("monetary_usd"),
    )
    everyone = Window.partitionBy().rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    newest = F.max("last_order_date").over(everyone)
    scored = customers.withColumn("recency_days", F.datediff(newest, "last_order_date") + 1).withColumns(
        {
            "r": _quintile(F.desc("recency_days")),
            "f": _quintile(F.asc("frequency")),
            "m": _quintile(F.asc("monetary_usd")),
        }
    )
    return published(scored.withColumn("segment", segment()), CUSTOMER_RFM)


def _quintile(order: Column) -> Column:
    return F.ntile(5).over(Window.orderBy(order, F.asc("customer_id")))


def segment() -> Column:
    """Return the name of the first segment whose condition on r, f and m holds."""
    r, f, m = F.col("r"), F.col("f"), F.col("m")
    return (
        F.when((r >= 4) & (f >= 4) & (m >= 4), "champions")
        .when(f >= 4, "loyal")
        .when((r >= 4) & (f <= 2), "new")
        .when((r <= 2) & (f >= 3), "at_risk")
        .when((r <= 2) & (f <= 2), "hibernating")
        .otherwise("regular")
    )
