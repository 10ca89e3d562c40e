"""The cloud provider's marts: cost, revenue, support, GenAI, satisfaction and marketing."""

from __future__ import annotations

from lake.model.columns import bigint, boolean, date, decimal, integer, ratio, text
from lake.model.spec import Mart, PartitionUnit

total = decimal(28, 6)
"""A sum of measures: it has the scale of a measure and room for ten billion of them."""

score = decimal(9, 2)

satisfaction = decimal(19, 2)
"""A sum of scores, from which means over several groups are computed."""

distance = decimal(28, 6)
"""Distance of a cost from the usual cost; wide, because a small divisor makes the distance large."""

ORG_DAILY_USAGE_BY_SERVICE = Mart(
    name="org_daily_usage_by_service",
    description="Daily usage and cost of each service by organisation.",
    grain=("org_id", "usage_date", "service"),
    inputs=("usage_events",),
    partition_by=PartitionUnit.MONTH,
    dated_by="usage_date",
    columns=(
        text("org_id", "Identifies the organisation."),
        date("usage_date", "Day of the usage, UTC."),
        text("service", "Service that was used."),
        total("cost_usd", "Sum of costs."),
        bigint("events", "Number of events."),
        total("requests", "Sum of requests, 0 without any."),
        total("cpu_hours", "Sum of CPU hours, 0 without any."),
        total("storage_gb_hours", "Sum of GB hours of storage, 0 without any."),
        total("genai_tokens", "Sum of tokens; null where unknown for all events."),
        total("carbon_kg", "Sum of carbon dioxide; null where unknown for all events."),
    ),
)

REVENUE_BY_ORG_MONTH = Mart(
    name="revenue_by_org_month",
    description="Monthly invoices of each organisation in USD.",
    grain=("org_id", "billing_month"),
    inputs=("billing_monthly",),
    partition_by=PartitionUnit.YEAR,
    dated_by="billing_month",
    columns=(
        text("org_id", "Identifies the organisation."),
        date("billing_month", "First day of the month."),
        bigint("invoices", "Number of invoices."),
        total("subtotal_usd", "Sum of subtotals, each in USD and rounded."),
        total("credits_usd", "Sum of credits, each in USD and rounded."),
        total("taxes_usd", "Sum of taxes, each in USD and rounded."),
        total("revenue_usd", "Subtotal less credits."),
        total("total_usd", "Revenue plus taxes."),
    ),
)

COST_ANOMALY_MART = Mart(
    name="cost_anomaly_mart",
    description="Daily costs, scored against the usual costs of the organisation and service.",
    grain=("org_id", "usage_date", "service"),
    inputs=("org_daily_usage_by_service", "anomaly_feedback"),
    model="cost_anomaly",
    partition_by=PartitionUnit.MONTH,
    dated_by="usage_date",
    # A new day shifts the cold start, and with it the scores of all days; a late cost those of later days.
    whole=True,
    columns=(
        text("org_id", "Identifies the organisation."),
        date("usage_date", "Day of the usage, UTC."),
        text("service", "Service that was used."),
        total("cost_usd", "Cost of the day."),
        bigint("observations", "Days with costs of this organisation and service in the model's window."),
        distance("zscore", "Distance from the usual cost in standard deviations."),
        distance("mad_score", "0.6745 times the distance from the usual cost in median absolute deviations."),
        total("p99_usd", "99th percentile of usual costs of the day."),
        boolean("is_zscore", "The z-score is above 3, for a trained model also below -3."),
        boolean("is_mad", "The MAD score is above 3.5, for a trained model also below -3.5."),
        boolean("is_p99", "The cost is above the 99th percentile."),
        integer("anomaly_score", "Number of the three flags that are true, 0 to 3."),
        boolean("is_anomaly", "At least two of the three flags are true."),
        text("model_version", "Model that scored the day; cold-start until one is trained."),
        total(
            "expected_usd",
            "Usual cost of the day; null without earlier costs that differ.",
        ),
        total("lower_usd", "A cost below is unusually low; null without an expected cost."),
        total("upper_usd", "A cost above is unusually high; null without an expected cost."),
        total("impact_usd", "Cost above the upper bound, 0 within; null without a bound."),
        text("verdict", "What people say about the day: confirmed, false_alarm or planned; null without."),
    ),
)

TICKETS_BY_ORG_DATE = Mart(
    name="tickets_by_org_date",
    description="Support tickets by the day on which they were opened.",
    grain=("org_id", "ticket_date", "severity"),
    inputs=("support_tickets",),
    partition_by=PartitionUnit.MONTH,
    dated_by="ticket_date",
    columns=(
        text("org_id", "Identifies the organisation."),
        date("ticket_date", "Day on which the tickets were opened."),
        text("severity", "low, medium, high or critical."),
        bigint("tickets", "Number of tickets."),
        bigint("open_tickets", "Number of tickets that are not resolved."),
        bigint("sla_breached", "Number of tickets that missed the service level."),
        ratio("sla_breach_rate", "Share of tickets that missed the service level."),
        ratio("avg_csat", "Mean satisfaction; null without answers."),
        ratio("avg_resolution_days", "Mean days to resolution; null without resolved tickets."),
        bigint("csat_answers", "Number of tickets with a satisfaction score."),
        satisfaction("csat_total", "Sum of satisfaction scores; null without answers."),
    ),
)

GENAI_TOKENS_BY_ORG_DATE = Mart(
    name="genai_tokens_by_org_date",
    description="GenAI tokens and their cost per day, from the events that carry tokens.",
    grain=("org_id", "usage_date"),
    inputs=("usage_events",),
    partition_by=PartitionUnit.MONTH,
    dated_by="usage_date",
    columns=(
        text("org_id", "Identifies the organisation."),
        date("usage_date", "Day of the usage, UTC."),
        total("genai_tokens", "Sum of tokens."),
        total("cost_usd", "Sum of costs."),
        bigint("events", "Number of events."),
        ratio("cost_per_1k_tokens", "Cost of a thousand tokens; null at 0 tokens."),
    ),
)

NPS_BY_ORG_MONTH = Mart(
    name="nps_by_org_month",
    description="Net promoter scores of each organisation by month.",
    grain=("org_id", "survey_month"),
    inputs=("nps_surveys",),
    partition_by=PartitionUnit.YEAR,
    dated_by="survey_month",
    columns=(
        text("org_id", "Identifies the organisation."),
        date("survey_month", "First day of the month."),
        bigint("responses", "Surveys with a score."),
        ratio("avg_nps", "Mean score; null without scores."),
        score("last_nps", "Newest score; null without scores."),
        satisfaction("nps_total", "Sum of scores; null without scores."),
    ),
)

MARKETING_BY_CAMPAIGN_MONTH = Mart(
    name="marketing_by_campaign_month",
    description="Monthly results of campaigns on each channel.",
    grain=("campaign", "channel", "touch_month"),
    inputs=("marketing_touches",),
    partition_by=PartitionUnit.YEAR,
    dated_by="touch_month",
    columns=(
        text("campaign", "Campaign."),
        text("channel", "Channel."),
        date("touch_month", "First day of the month."),
        bigint("touches", "Number of contacts."),
        bigint("clicks", "Contacts that were answered by a click."),
        bigint("conversions", "Contacts that led to a conversion."),
        ratio("click_rate", "Clicks per contact."),
        ratio("conversion_rate", "Conversions per contact."),
    ),
)

MARTS = (
    ORG_DAILY_USAGE_BY_SERVICE,
    REVENUE_BY_ORG_MONTH,
    COST_ANOMALY_MART,
    TICKETS_BY_ORG_DATE,
    GENAI_TOKENS_BY_ORG_DATE,
    NPS_BY_ORG_MONTH,
    MARKETING_BY_CAMPAIGN_MONTH,
)
