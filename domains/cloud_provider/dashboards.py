"""The cloud provider's dashboards: what is spent and earned, and how customers are served."""

from __future__ import annotations

from lake.model.dashboards.fields import (
    Dimension,
    Format,
    Unit,
    distinct,
    gold,
    last_days,
    last_months,
    named_query,
    ratio,
    rows,
    total,
)
from lake.model.dashboards.visuals import (
    MONTH,
    Bars,
    Better,
    Dashboard,
    Filter,
    Heatmap,
    Kpi,
    Mark,
    Sheet,
    Table,
    Trend,
)

USAGE = gold("org_daily_usage_by_service", date="usage_date")
COSTS = gold("cost_anomaly_mart", date="usage_date")
INVOICES = gold("revenue_by_org_month", date="billing_month")
TICKETS = gold("tickets_by_org_date", date="ticket_date")
TOKENS = gold("genai_tokens_by_org_date", date="usage_date")
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
ALL_TICKETS = total("tickets", "Tickets", Format.COUNT)
BREACHED = total("sla_breached", "SLA breached", Format.COUNT)
CRITICAL = total("tickets", "Critical", Format.COUNT, only=("severity", "critical"))
USED_TOKENS = total("genai_tokens", "Tokens", Format.COUNT)
BREACH_RATE = ratio(BREACHED, ALL_TICKETS, "SLA breach rate", Format.PERCENT)

BY_ORGANISATION = Filter(key="organisation", label="Organisation", column="org_id")
BY_SERVICE = Filter(key="service", label="Service", column="service")

FINOPS = Dashboard(
    key="finops",
    title="FinOps",
    headline=(
        "{month} cost {cost}, {cost.change} than {month_before}; {services.top} is {services.top_share} of "
        "the last 14 days."
    ),
    first_headline="{month} cost {cost}; {services.top} is {services.top_share} of the last 14 days.",
    filters=(MONTH, BY_ORGANISATION, BY_SERVICE),
    sheets=(
        Sheet(
            title="FinOps",
            visuals=(
                Kpi(
                    key="cost",
                    title="Cost",
                    unit="US$, all services",
                    dataset=USAGE,
                    value=COST,
                    better=Better.LESS,
                ),
                Kpi(
                    key="requests",
                    title="Requests",
                    unit="served",
                    dataset=USAGE,
                    value=REQUESTS,
                    better=Better.NEITHER,
                ),
                Kpi(
                    key="anomalies",
                    title="Anomalies",
                    unit="days of an organisation and service",
                    dataset=COSTS,
                    value=rows("Anomalies", only=("is_anomaly", "true")),
                    better=Better.LESS,
                    words=("more", "fewer"),
                ),
                Kpi(
                    key="revenue",
                    title="Revenue",
                    unit="US$ invoiced, less credits",
                    dataset=INVOICES,
                    value=REVENUE,
                ),
                Trend(
                    key="daily_cost",
                    title="What does each service cost per day?",
                    unit="US$ per day by service",
                    dataset=USAGE,
                    value=COST,
                    by=SERVICE,
                    mark=Mark.STACKED,
                    unit_of_time=Unit.DAY,
                    period=last_months(2),
                ),
                Bars(
                    key="services",
                    title="Which services cost most?",
                    unit="US$",
                    dataset=USAGE,
                    by=SERVICE,
                    values=(COST,),
                    most=6,
                    period=last_days(14),
                    width=4,
                ),
                Heatmap(
                    key="spend",
                    title="Who spends on what?",
                    unit="US$ by organisation and service, the largest twelve",
                    dataset=USAGE,
                    rows=ORGANISATION,
                    columns_by=SERVICE,
                    value=COST,
                    shows_values=True,
                    most=12,
                    period=last_days(7),
                    width=6,
                ),
                Table(
                    key="usage",
                    title="What is requested, day by day?",
                    unit="All services",
                    dataset=USAGE,
                    by=(Dimension(column="usage_date", label="Day"),),
                    values=(COST, REQUESTS, total("events", "Events", Format.COUNT)),
                    sort="Day",
                    most=12,
                    bar="Cost",
                    period=last_days(14),
                    width=6,
                ),
                Table(
                    key="cost_anomalies",
                    title="Which costs are unusual?",
                    unit="US$ per day; usual is below the 99th percentile, the newest first",
                    dataset=COSTS,
                    by=(
                        Dimension(column="usage_date", label="Day"),
                        ORGANISATION,
                        SERVICE,
                        Dimension(column="anomaly_score", label="Flags of 3"),
                    ),
                    values=(
                        total("cost_usd", "Cost", Format.PRICE),
                        total("p99_usd", "Usual below", Format.PRICE),
                    ),
                    only=("is_anomaly", "true"),
                    sort="Day",
                    most=12,
                    bar="Cost",
                ),
                Table(
                    key="monthly_revenue",
                    title="What do we earn, with credits and taxes?",
                    unit="US$ invoiced per month",
                    dataset=INVOICES,
                    by=(Dimension(column="billing_month", label="Month", is_month=True),),
                    values=(
                        total("subtotal_usd", "Subtotal", Format.DOLLARS),
                        total("credits_usd", "Credits", Format.DOLLARS),
                        REVENUE,
                        total("taxes_usd", "Taxes", Format.DOLLARS),
                        total("total_usd", "Total", Format.DOLLARS),
                    ),
                    sort="Month",
                    most=12,
                    period=last_months(12),
                    width=5,
                ),
            ),
        ),
    ),
)

SUPPORT = Dashboard(
    key="support",
    title="Support & GenAI",
    headline=(
        "{critical} critical tickets in {month}, {critical.change} than in {month_before}; "
        "{breach_rate} of all tickets missed the service level."
    ),
    first_headline=(
        "{critical} critical tickets in {month}; {breach_rate} of all tickets missed the service level."
    ),
    filters=(MONTH, BY_ORGANISATION),
    sheets=(
        Sheet(
            title="Support",
            visuals=(
                Kpi(
                    key="critical",
                    title="Critical tickets",
                    unit="opened",
                    dataset=TICKETS,
                    value=CRITICAL,
                    better=Better.LESS,
                    words=("more", "fewer"),
                ),
                Kpi(
                    key="breach_rate",
                    title="SLA breach rate",
                    unit="of all tickets",
                    dataset=TICKETS,
                    value=BREACH_RATE,
                    better=Better.LESS,
                ),
                Trend(
                    key="tickets",
                    title="How many tickets are opened?",
                    unit="Tickets per day by severity",
                    dataset=TICKETS,
                    value=ALL_TICKETS,
                    by=SEVERITY,
                    mark=Mark.STACKED,
                    unit_of_time=Unit.DAY,
                    period=last_days(30),
                    width=7,
                ),
                Table(
                    key="service_level",
                    title="How often is the service level missed?",
                    unit="Tickets per day, the newest first",
                    dataset=TICKETS,
                    by=(Dimension(column="ticket_date", label="Day"),),
                    values=(CRITICAL, ALL_TICKETS, BREACHED, BREACH_RATE),
                    sort="Day",
                    most=9,
                    bar="SLA breach rate",
                    period=last_days(30),
                    width=5,
                ),
            ),
        ),
        Sheet(
            title="GenAI",
            visuals=(
                Kpi(
                    key="tokens",
                    title="Tokens",
                    unit="used",
                    dataset=TOKENS,
                    value=USED_TOKENS,
                    better=Better.NEITHER,
                ),
                Kpi(
                    key="genai_cost",
                    title="Cost",
                    unit="US$ for tokens",
                    dataset=TOKENS,
                    value=COST,
                    better=Better.LESS,
                ),
                Kpi(
                    key="users",
                    title="Organisations",
                    unit="that use tokens",
                    dataset=TOKENS,
                    value=distinct("org_id", "Organisations"),
                    words=("more", "fewer"),
                ),
                Kpi(
                    key="token_cost",
                    title="Price of tokens",
                    unit="US$ per thousand tokens",
                    dataset=TOKENS,
                    value=ratio(COST, USED_TOKENS, "Cost per 1,000", Format.PRICE, factor=1000),
                    better=Better.LESS,
                ),
                Trend(
                    key="daily_tokens",
                    title="How many tokens are used per day?",
                    unit="Tokens per day",
                    dataset=TOKENS,
                    value=USED_TOKENS,
                    unit_of_time=Unit.DAY,
                    period=last_days(30),
                    width=7,
                ),
                Table(
                    key="growth",
                    title="Which organisations grow?",
                    unit="Tokens of the month and change to the month before",
                    dataset=GROWTH,
                    by=(ORGANISATION,),
                    values=(USED_TOKENS, COST),
                    sort="Tokens",
                    bar="Tokens",
                    changes=("Tokens",),
                    width=5,
                ),
            ),
        ),
    ),
)

DASHBOARDS = (FINOPS, SUPPORT)
