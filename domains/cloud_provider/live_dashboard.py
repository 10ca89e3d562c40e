"""Live: what the open days cost while their events arrive, from the serving store."""

from __future__ import annotations

from domains.cloud_provider.dashboard_fields import (
    BY_ORGANISATION,
    COST,
    DAY,
    FLAGS,
    HIGHEST_USUAL,
    ORGANISATION,
    REQUESTS,
    SERVICE,
)
from lake.model.dashboards.fields import (
    IS_PROVISIONAL,
    Format,
    Unit,
    distinct,
    last_days,
    served,
    total,
)
from lake.model.dashboards.visuals import Bars, Better, Dashboard, Kpi, Mark, Sheet, Table, Trend

DAYS = 14

USAGE = served("org_daily_usage_by_service", embed="days", question=7, days=DAYS, date="usage_date")
UNUSUAL = served("cost_anomaly_mart", embed="anomalies", question=11, days=DAYS, date="usage_date")
EVENTS = total("events", "Events", Format.COUNT)
WINDOW = last_days(DAYS)

LIVE = Dashboard(
    key="live",
    title="Live",
    headline="{open_cost} so far in the open days, from {open_events} events.",
    first_headline="No day is open: batch has published all events.",
    is_live=True,
    filters=(BY_ORGANISATION,),
    sheets=(
        Sheet(
            title="Live",
            visuals=(
                Kpi(
                    key="open_cost",
                    title="Cost so far",
                    unit="US$, provisional",
                    dataset=USAGE,
                    value=COST,
                    only=IS_PROVISIONAL,
                    period=WINDOW,
                    better=Better.LESS,
                ),
                Kpi(
                    key="open_events",
                    title="Events",
                    unit="Provisional",
                    dataset=USAGE,
                    value=EVENTS,
                    only=IS_PROVISIONAL,
                    period=WINDOW,
                ),
                Kpi(
                    key="open_days",
                    title="Open days",
                    unit="Not published by batch",
                    dataset=USAGE,
                    value=distinct("usage_date", "Open days"),
                    only=IS_PROVISIONAL,
                    period=WINDOW,
                ),
                Kpi(
                    key="window_cost",
                    title="Cost of two weeks",
                    unit="US$, provisional included",
                    dataset=USAGE,
                    value=COST,
                    period=WINDOW,
                    better=Better.LESS,
                ),
                Trend(
                    key="live_cost",
                    title="What do these days cost?",
                    unit="US$ per day by service",
                    dataset=USAGE,
                    value=COST,
                    by=SERVICE,
                    mark=Mark.STACKED,
                    unit_of_time=Unit.DAY,
                    outlined=IS_PROVISIONAL,
                    period=WINDOW,
                    width=8,
                ),
                Bars(
                    key="live_services",
                    title="Which services cost most?",
                    unit="US$, open days included",
                    dataset=USAGE,
                    by=SERVICE,
                    values=(COST,),
                    most=6,
                    period=WINDOW,
                    width=4,
                ),
                Table(
                    key="live_days",
                    title="What do the open days hold?",
                    unit="Provisional, the newest day first",
                    dataset=USAGE,
                    by=(DAY, SERVICE),
                    values=(COST, EVENTS, REQUESTS),
                    only=IS_PROVISIONAL,
                    sort="Day",
                    most=12,
                    bar="Cost",
                    period=WINDOW,
                    width=6,
                ),
                Table(
                    key="live_anomalies",
                    title="Which published costs are unusual?",
                    unit="US$ per day of an organisation's service, the newest first",
                    dataset=UNUSUAL,
                    by=(DAY, ORGANISATION, SERVICE, FLAGS),
                    values=(total("cost_usd", "Cost", Format.PRICE), HIGHEST_USUAL),
                    sort="Day",
                    most=10,
                    bar="Cost",
                    period=WINDOW,
                    width=6,
                ),
            ),
        ),
    ),
)
