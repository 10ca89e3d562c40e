"""Events with their product's category and their visit's attributes; grain: event_id."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from domains.ecommerce.marts import EVENTS_ENRICHED
from transforms.calendar import day_of_week
from transforms.output import published


def build(events: DataFrame, sessions: DataFrame, products: DataFrame) -> DataFrame:
    """Return every event; attributes of an unknown product or visit are null."""
    happened = events.select(
        "event_id", "session_id", "event_ts", "event_type", "product_id", "qty", "cart_size", "payment",
        "discount_pct", "amount_usd",
    )  # fmt: skip
    visits = sessions.select("session_id", "customer_id", "device", "source", "country")
    categories = products.select("product_id", "category")
    enriched = (
        happened.join(visits, on="session_id", how="left")
        .join(categories, on="product_id", how="left")
        .withColumns(
            {
                "event_date": F.to_date("event_ts"),
                "event_hour": F.hour("event_ts"),
                "event_dow": day_of_week(F.col("event_ts")),
            }
        )
    )
    return published(enriched, EVENTS_ENRICHED)
