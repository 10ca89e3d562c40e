"""Support tickets by the day on which they were opened; grain: org_id, ticket_date, severity."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from domains.cloud_provider.marts import TICKETS_BY_ORG_DATE
from transforms.exact import ratio
from transforms.output import published


def build(support_tickets: DataFrame) -> DataFrame:
    """Return days with tickets.

    Mean satisfaction is over answered tickets, mean resolution time over resolved tickets.
    """
    tickets = support_tickets.select(
        "org_id",
        F.col("created_at").alias("ticket_date"),
        "severity",
        "csat",
        "sla_breached",
        F.date_diff("resolved_at", "created_at").alias("resolution_days"),
    )
    by_day = tickets.groupBy("org_id", "ticket_date", "severity").agg(
        F.count(F.lit(1)).alias("tickets"),
        F.count_if(F.col("resolution_days").isNull()).alias("open_tickets"),
        F.count_if("sla_breached").alias("sla_breached"),
        ratio(F.count_if("sla_breached"), F.count(F.lit(1))).alias("sla_breach_rate"),
        ratio(F.sum("csat"), F.count("csat")).alias("avg_csat"),
        ratio(F.sum("resolution_days"), F.count("resolution_days")).alias("avg_resolution_days"),
        F.count("csat").alias("csat_answers"),
        F.sum("csat").alias("csat_total"),
    )
    return published(by_day, TICKETS_BY_ORG_DATE)
