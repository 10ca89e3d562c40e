"""The cloud provider's dashboards: what is spent and earned, and how customers are served."""

from __future__ import annotations

from domains.cloud_provider.dashboard_fields import (
    BY_ORGANISATION,
    BY_SERVICE,
    COST,
    COSTS,
    DAY,
    EXPECTED,
    FLAGS,
    INVOICED,
    INVOICES,
    ORGANISATION,
    REQUESTS,
    REVENUE,
    SERVICE,
    USAGE,
)
from domains.cloud_provider.support_dashboard import SUPPORT
from lake.model.dashboards.fields import (
    Dimension,
    Format,
    Unit,
    last_days,
    last_months,
    rows,
    total,
)
from lake.model.dashboards.visuals import (
    MONTH,
    Bars,
    Better,
    Dashboard,
    Heatmap,
    Kpi,
    Mark,
    Sheet,
    Table,
    Trend,
)

FINOPS = Dashboard(
    key="finops",
    title="FinOps",
    headline=(
        "{month} cost {cost}, {cost.change} than {month_before}; {services.top} is {services.top_share} of "
        "the cost of {services.period}."
    ),
    first_headline=(
        "{month} cost {cost}; {services.top} is {services.top_share} of the cost of {services.period}."
    ),
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
                    unit="unusual days of a service",
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
                    by=(DAY,),
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
                    unit="US$ per day of an organisation's service, with what is expected; the newest first",
                    dataset=COSTS,
                    by=(DAY, ORGANISATION, SERVICE, FLAGS),
                    values=(total("cost_usd", "Cost", Format.PRICE), *EXPECTED),
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
                    values=INVOICED,
                    sort="Month",
                    most=12,
                    period=last_months(12),
                    width=5,
                ),
            ),
        ),
    ),
)

DASHBOARDS = (FINOPS, SUPPORT)
