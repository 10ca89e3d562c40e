"""Monthly funnel: the visits that reach each step towards a purchase; grain: event_month, step."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from domains.ecommerce.marts import FUNNEL_BY_MONTH
from domains.ecommerce.tables import EVENT_TYPES
from transforms.calendar import month_start
from transforms.exact import ratio
from transforms.output import published


def build(events_enriched: DataFrame) -> DataFrame:
    """Return the steps that occur in a month; a step may have more visits than the step before."""
    events = events_enriched.select(
        month_start(F.col("event_date")).alias("event_month"),
        F.col("event_type").alias("step"),
        "session_id",
    )
    steps = (
        events.groupBy("event_month", "step")
        .agg(F.count(F.lit(1)).alias("events"), F.count_distinct("session_id").alias("sessions"))
        .withColumn("step_number", step_number(F.col("step")))
    )
    month = Window.partitionBy("event_month")
    earlier = F.lag("sessions").over(month.orderBy("step_number"))
    entered = F.max(F.when(F.col("step_number") == 1, F.col("sessions"))).over(
        month.rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    )
    compared = (
        steps.withColumns({"earlier": earlier, "entered": entered})
        .withColumn("step_conversion", ratio(F.col("sessions"), F.col("earlier")))
        .withColumn("drop_off", 1 - F.col("step_conversion"))
        .withColumn("overall_conversion", ratio(F.col("sessions"), F.col("entered")))
    )
    return published(compared, FUNNEL_BY_MONTH)


def step_number(step: Column) -> Column:
    """Return the position of an event type in the funnel, from 1."""
    return F.coalesce(*(F.when(step == name, place) for place, name in enumerate(EVENT_TYPES, start=1)))
