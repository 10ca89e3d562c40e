"""Support and GenAI: tickets, service level, satisfaction, and tokens."""

from __future__ import annotations

from domains.cloud_provider.dashboard_fields import (
    ALL_TICKETS,
    BREACH_RATE,
    BREACHED,
    BY_ORGANISATION,
    COST,
    CRITICAL,
    CSAT,
    GROWTH,
    NPS,
    ORGANISATION,
    SEVERITY,
    SURVEYS,
    TICKETS,
    TOKENS,
    USED_TOKENS,
)
from lake.model.dashboards.fields import (
    Dimension,
    Format,
    Unit,
    distinct,
    last_days,
    ratio,
)
from lake.model.dashboards.visuals import (
    MONTH,
    Better,
    Dashboard,
    Kpi,
    Mark,
    Sheet,
    Table,
    Trend,
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
                Kpi(
                    key="csat",
                    title="Satisfaction",
                    unit="CSAT, mean of 1 to 5",
                    dataset=TICKETS,
                    value=CSAT,
                ),
                Kpi(
                    key="nps",
                    title="Recommendation",
                    unit="NPS, mean of −100 to 100",
                    dataset=SURVEYS,
                    value=NPS,
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
