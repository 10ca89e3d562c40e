"""Order lines of known orders with product, profit and the order's attributes; grain: order line."""

from __future__ import annotations

from decimal import Decimal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from domains.ecommerce.marts import FACT_ORDER_ITEMS_ENRICHED
from domains.ecommerce.measures import gross_profit
from transforms.output import published


def build(order_items: DataFrame, orders: DataFrame, products: DataFrame) -> DataFrame:
    """Return lines of known orders; attributes and profits of lines with an unknown product are null."""
    lines = order_items.select("order_id", "product_id", "quantity", "unit_price_usd", "line_total_usd")
    placed = orders.select(
        "order_id", "customer_id", "order_time", "discount_pct", "country", "device", "source"
    )
    catalogue = products.select(
        "product_id",
        "category",
        F.col("name").alias("product_name"),
        F.col("price_usd").alias("list_price_usd"),
        "cost_usd",
    )
    enriched = (
        lines.join(placed, on="order_id", how="inner")
        .join(catalogue, on="product_id", how="left")
        .withColumns(
            {
                "order_date": F.to_date("order_time"),
                "net_line_total_usd": after_discount(F.col("line_total_usd"), F.col("discount_pct")),
                "unit_profit_usd": F.col("unit_price_usd") - F.col("cost_usd"),
                "gross_profit_usd": gross_profit(),
            }
        )
    )
    return published(enriched, FACT_ORDER_ITEMS_ENRICHED)


def after_discount(amount: Column, percent: Column) -> Column:
    """Return `amount` × (100 − `percent`) / 100, rounded half away from zero to cents."""
    return F.round(amount * (100 - percent) * F.lit(Decimal("0.01")), 2)
