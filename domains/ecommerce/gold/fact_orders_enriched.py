"""Orders with sums over their lines and attributes of their customer; grain: order_id."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from domains.ecommerce.marts import FACT_ORDERS_ENRICHED
from domains.ecommerce.measures import gross_profit
from transforms.calendar import day_of_week
from transforms.output import published

AGE_BANDS = ((65, "65+"), (55, "55-64"), (45, "45-54"), (35, "35-44"), (25, "25-34"), (18, "18-24"))
"""Lowest age of each band, oldest first."""


def build(orders: DataFrame, order_items: DataFrame, customers: DataFrame, products: DataFrame) -> DataFrame:
    """Return every order, with or without lines and with or without a known customer."""
    placed = orders.select(
        "order_id", "customer_id", "order_time", "payment_method", "discount_pct", "subtotal_usd",
        "total_usd", "country", "device", "source",
    )  # fmt: skip
    buyers = customers.select(
        "customer_id",
        F.col("country").alias("customer_country"),
        "age",
        "marketing_opt_in",
        "signup_date",
    )
    enriched = (
        placed.join(_per_order(order_items, products), on="order_id", how="left")
        .join(buyers, on="customer_id", how="left")
        .withColumns(
            {
                "order_date": F.to_date("order_time"),
                "order_hour": F.hour("order_time"),
                "order_dow": day_of_week(F.col("order_time")),
                "age_band": age_band(F.col("age")),
            }
        )
    )
    return published(enriched, FACT_ORDERS_ENRICHED)


def _per_order(order_items: DataFrame, products: DataFrame) -> DataFrame:
    """Return lines, units and gross profit of each order with lines; profit is over lines of known cost."""
    lines = order_items.select("order_id", "product_id", "quantity", "line_total_usd")
    costs = products.select("product_id", "cost_usd")
    return (
        lines.join(costs, on="product_id", how="left")
        .groupBy("order_id")
        .agg(
            F.count(F.lit(1)).alias("lines"),
            F.sum("quantity").alias("units"),
            F.sum(gross_profit()).alias("gross_profit_usd"),
        )
    )


def age_band(age: Column) -> Column:
    """Return the band of an age in years; null below 18 and for an unknown age."""
    return F.coalesce(*(F.when(age >= lowest, band) for lowest, band in AGE_BANDS))
