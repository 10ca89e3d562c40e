"""Tables, numbers, groups and filters that the cloud provider's dashboards share."""

from __future__ import annotations

from lake.model.dashboards.fields import Dimension, Format, gold, named_query, ratio, total
from lake.model.dashboards.visuals import Filter

USAGE = gold("org_daily_usage_by_service", date="usage_date")
COSTS = gold("cost_anomaly_mart", date="usage_date")
INVOICES = gold("revenue_by_org_month", date="billing_month")
TICKETS = gold("tickets_by_org_date", date="ticket_date")
TOKENS = gold("genai_tokens_by_org_date", date="usage_date")
SURVEYS = gold("nps_by_org_month", date="survey_month")
GROWTH = named_query("genai_growth_by_org", date="usage_month")

SERVICE = Dimension(
    column="service",
    label="Service",
    names=(
        ("compute", "Compute"),
        ("storage", "Storage"),
        ("database", "Database"),
        ("networking", "Networking"),
        ("analytics", "Analytics"),
        ("genai", "GenAI"),
    ),
)
DAY = Dimension(column="usage_date", label="Day")
FLAGS = Dimension(column="anomaly_score", label="Flags of 3")
ORGANISATION = Dimension(column="org_id", label="Organisation")
SEVERITY = Dimension(
    column="severity",
    label="Severity",
    names=(("critical", "Critical"), ("high", "High"), ("medium", "Medium"), ("low", "Low")),
    ordered=True,
)

COST = total("cost_usd", "Cost", Format.DOLLARS)
REQUESTS = total("requests", "Requests", Format.COUNT)
REVENUE = total("revenue_usd", "Revenue", Format.DOLLARS)
INVOICED = (
    total("subtotal_usd", "Subtotal", Format.DOLLARS),
    total("credits_usd", "Credits", Format.DOLLARS),
    REVENUE,
    total("taxes_usd", "Taxes", Format.DOLLARS),
    total("total_usd", "Total", Format.DOLLARS),
)
ALL_TICKETS = total("tickets", "Tickets", Format.COUNT)
BREACHED = total("sla_breached", "SLA breached", Format.COUNT)
CRITICAL = total("tickets", "Critical", Format.COUNT, only=("severity", "critical"))
CSAT = ratio(
    total("csat_total", "Scores", Format.NUMBER),
    total("csat_answers", "Answers", Format.COUNT),
    "CSAT",
    Format.SCORE,
)
NPS = ratio(
    total("nps_total", "Scores", Format.NUMBER),
    total("responses", "Responses", Format.COUNT),
    "NPS",
    Format.SCORE,
)
RESPONSES = total("responses", "Responses", Format.COUNT)
USED_TOKENS = total("genai_tokens", "Tokens", Format.COUNT)
TOKEN_PRICE = ratio(COST, USED_TOKENS, "Cost per 1,000", Format.PRICE, factor=1000)
BREACH_RATE = ratio(BREACHED, ALL_TICKETS, "SLA breach rate", Format.PERCENT)

HIGHEST_USUAL = total("p99_usd", "99th percentile", Format.PRICE)
EXPECTED = (
    total("expected_usd", "Expected", Format.PRICE),
    total("lower_usd", "From", Format.PRICE),
    total("upper_usd", "To", Format.PRICE),
    HIGHEST_USUAL,
)
"""The range in which a daily cost is expected."""

BY_ORGANISATION = Filter(key="organisation", label="Organisation", column="org_id")
BY_SERVICE = Filter(key="service", label="Service", column="service")
