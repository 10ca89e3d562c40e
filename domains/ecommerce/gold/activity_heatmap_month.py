"""Monthly activity of visitors by weekday and hour; grain: event_month, event_dow, event_hour."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from domains.ecommerce.marts import ACTIVITY_HEATMAP_MONTH
from transforms.calendar import month_start
from transforms.output import published


def build(events_enriched: DataFrame) -> DataFrame:
    """Return hours with events; a visit that spans two hours counts in both."""
    events = events_enriched.select(
        month_start(F.col("event_date")).alias("event_month"), "event_dow", "event_hour", "session_id"
    )
    by_hour = events.groupBy("event_month", "event_dow", "event_hour").agg(
        F.count(F.lit(1)).alias("events"), F.count_distinct("session_id").alias("sessions")
    )
    return published(by_hour, ACTIVITY_HEATMAP_MONTH)
