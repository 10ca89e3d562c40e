"""The cloud provider's incoming tables: seven CSV tables and the stream of usage events."""

from __future__ import annotations

from lake.model.checks import Effect, allowed, at_least, flag, quarantine
from lake.model.columns import (
    Column,
    bigint,
    boolean,
    date,
    decimal,
    integer,
    measure,
    text,
    texts,
    timestamp,
)
from lake.model.spec import Dependency, Reference, Stream, Table

SERVICES = ("compute", "storage", "database", "networking", "analytics", "genai")
REGIONS = ("us-east", "us-west", "eu-west", "eu-central", "sa-east", "ap-south", "ap-northeast")
UNITS = {"requests": "count", "cpu_hours": "hours", "storage_gb_hours": "gb_hours"}
"""Metric → its unit."""

VERDICTS = ("confirmed", "false_alarm", "planned")
"""What people say about a day's cost: an anomaly, none, or one on purpose."""

SEVERITIES = ("low", "medium", "high", "critical")
CURRENCIES = ("USD", "EUR", "ARS")
SCHEMA_VERSIONS = (1, 2)

ROUNDING_LOSS = "-0.01"
"""A cost between this value and zero is a rounding error of zero."""

_HYPHENATED = "lower(replace({}, '_', '-'))"
"""Makes `US_EAST` and `us-east` the same name."""

score = decimal(9, 2)
exchange_rate = decimal(12, 6)


def _id(name: str, description: str, **options: object) -> Column:
    return text(name, description, **options)


def _unit_of_metric() -> str:
    cases = " ".join(f"WHEN '{metric}' THEN '{unit}'" for metric, unit in UNITS.items())
    return f"CASE metric {cases} END"


CUSTOMERS_ORGS = Table(
    name="customers_orgs",
    description="Customer organisations; the newest version of each counts.",
    key=("org_id",),
    columns=(
        _id("org_id", "Identifies the organisation."),
        text("org_name", "Name of the organisation."),
        text("industry", "Industry."),
        text("hq_region", "Region of the headquarters."),
        text("plan_tier", "free, standard, pro or enterprise."),
        boolean("is_enterprise", "Has an enterprise contract."),
        date("signup_date", "Day on which the organisation signed up."),
        text("sales_rep", "Sales representative in charge of the organisation."),
        text("lifecycle_stage", "lead, prospect, active, at_risk or churned."),
        text("marketing_source", "Marketing source through which the organisation came."),
        score("nps_score", "Net promoter score that the sales team recorded."),
    ),
)

USERS = Table(
    name="users",
    description="People who use the platform, and their organisation.",
    key=("user_id",),
    columns=(
        _id("user_id", "Identifies the user."),
        _id("org_id", "Organisation of the user.", required=True),
        text("email", "E-mail address.", personal=True),
        text("role", "Role on the platform."),
        boolean("active", "May log in; unknown counts as not active."),
        date("created_at", "Day on which the account was created."),
        date("last_login", "Day of the last login; null before the first login."),
    ),
    references=(Reference(column="org_id", table="customers_orgs"),),
)

RESOURCES = Table(
    name="resources",
    description="Cloud resources that usage events are about.",
    key=("resource_id",),
    columns=(
        _id("resource_id", "Identifies the resource."),
        _id("org_id", "Organisation that owns the resource."),
        text("service", "Service that runs the resource.", required=True),
        text("region", "Region in which the resource runs."),
        date("created_at", "Day of creation."),
        text("state", "running, stopped or terminated."),
        text("tags_json", 'JSON array of "key:value" texts.'),
    ),
)

BILLING_MONTHLY = Table(
    name="billing_monthly",
    description="Invoices, in the currency of the customer.",
    key=("invoice_id",),
    dated_by="billing_month",
    # Invoices of the coming month are sent in advance.
    future_days=31,
    columns=(
        _id("invoice_id", "Identifies the invoice."),
        _id("org_id", "Organisation that is billed.", required=True),
        date("billing_month", "First day of the month.", source="month", derive="trunc({}, 'month')"),
        measure("subtotal", "Amount before credits and taxes; negative for a credit note.", required=True),
        measure("credits", "Credits granted; none counts as 0.", strict=True, default="0"),
        measure("taxes", "Taxes; none counts as 0.", strict=True, default="0"),
        text("currency", "USD, EUR or ARS.", required=True),
        # Lenient, because the table's checks ignore the written rate of invoices in USD.
        exchange_rate("exchange_rate_to_usd", "USD per unit of the currency; 1 for USD.", lenient=True),
    ),
    checks=(
        allowed("currency", CURRENCIES),
        quarantine(
            "exchange_rate_to_usd.range",
            "currency <> 'USD' AND coalesce(exchange_rate_to_usd, 0) <= 0",
            "a number above 0, where the currency is not USD",
        ),
        flag(
            "exchange_rate_to_usd.usd_not_one",
            "currency = 'USD' AND coalesce(exchange_rate_to_usd, 0) <> 1",
            "1, where the currency is USD",
            exchange_rate_to_usd="1",
        ),
        flag("subtotal.negative", "subtotal < 0", "not negative, unless it is a credit note"),
    ),
)

SUPPORT_TICKETS = Table(
    name="support_tickets",
    description="Support tickets, their resolution and the customer's satisfaction.",
    key=("ticket_id",),
    dated_by="created_at",
    columns=(
        _id("ticket_id", "Identifies the ticket."),
        _id("org_id", "Organisation that opened the ticket.", required=True),
        text("category", "Subject of the ticket."),
        text("severity", "low, medium, high or critical.", required=True),
        date("created_at", "Day on which the ticket was opened."),
        date("resolved_at", "Day on which the ticket was resolved; null while it is open."),
        score("csat", "Customer satisfaction, 1 to 5; null without an answer.", strict=True),
        boolean("sla_breached", "The service level was missed; none counts as false.", default="false"),
    ),
    checks=(
        allowed("severity", SEVERITIES),
        quarantine("resolved_at.before_created", "resolved_at < created_at", "not before created_at"),
        flag("csat.range", "csat NOT BETWEEN 1 AND 5", "between 1 and 5", csat="NULL"),
    ),
)

MARKETING_TOUCHES = Table(
    name="marketing_touches",
    description="Contacts of campaigns with organisations; a conversion may come without a click.",
    key=("touch_id",),
    dated_by="timestamp",
    columns=(
        _id("touch_id", "Identifies the contact."),
        _id("org_id", "Organisation that was contacted.", required=True),
        text("campaign", "Campaign.", required=True),
        text("channel", "Channel of the contact.", required=True),
        timestamp("timestamp", "Time of the contact, UTC.", bare_date=True),
        boolean("clicked", "The contact was answered by a click; none counts as false.", default="false"),
        boolean("converted", "The contact led to a conversion; none counts as false.", default="false"),
    ),
)

NPS_SURVEYS = Table(
    name="nps_surveys",
    description="Answers to net promoter surveys, one per organisation and day.",
    key=("org_id", "survey_date"),
    dated_by="survey_date",
    columns=(
        _id("org_id", "Organisation that was asked."),
        date("survey_date", "Day of the survey."),
        score("nps_score", "Score from -100 to 100; null without an answer.", strict=True),
        text("comment", "Comment of the customer."),
    ),
    checks=(
        flag(
            "nps_score.range", "nps_score NOT BETWEEN -100 AND 100", "between -100 and 100", nps_score="NULL"
        ),
    ),
)

USAGE_EVENTS = Table(
    name="usage_events",
    description="Events of usage and their cost, as a stream.",
    key=("event_id",),
    dated_by="event_ts",
    stream=Stream(
        folders=("usage_events", "usage_events_stream"),
        rank=("schema_version", "event_ts"),
        watermark_hours=2,
        totals_by=("org_id", "service", "metric"),
        totals=("cost_usd_increment", "value", "carbon_kg", "genai_tokens"),
    ),
    columns=(
        _id("event_id", "Identifies the event."),
        timestamp("event_ts", "Time of the event, UTC.", source="timestamp"),
        _id("org_id", "Organisation that used the service.", required=True),
        _id("resource_id", "Resource that was used."),
        text("service", "Service that was used.", required=True, clean=_HYPHENATED),
        text("region", "Region in which the service was used.", clean=_HYPHENATED),
        text("metric", "requests, cpu_hours or storage_gb_hours.", required=True),
        measure("value", "Quantity of the metric; null if not measured.", strict=True),
        text("unit", "Unit of the value: count, hours or gb_hours."),
        measure("cost_usd_increment", "Cost that the usage adds to the bill.", required=True),
        integer("schema_version", "1 without, 2 with measurements of carbon and tokens.", required=True),
        measure("carbon_kg", "Carbon dioxide emitted; unknown (null) in version 1.", strict=True),
        measure("genai_tokens", "Tokens processed, of service genai; unknown in version 1.", strict=True),
    ),
    checks=(
        allowed("service", SERVICES),
        allowed("metric", tuple(UNITS)),
        allowed("schema_version", SCHEMA_VERSIONS),
        allowed("region", REGIONS, Effect.FLAG),
        at_least("value", 0),
        at_least("cost_usd_increment", ROUNDING_LOSS),
        at_least("carbon_kg", 0),
        at_least("genai_tokens", 0),
        flag(
            "cost_usd_increment.rounded",
            f"cost_usd_increment >= {ROUNDING_LOSS} AND cost_usd_increment < 0",
            "not below 0 by a rounding loss",
            cost_usd_increment="0",
        ),
        flag("carbon_kg.unexpected", "carbon_kg IS NOT NULL AND schema_version = 1", "null in version 1"),
        flag(
            "genai_tokens.unexpected",
            "genai_tokens IS NOT NULL AND (schema_version = 1 OR service <> 'genai')",
            "null in version 1, and for services other than genai",
        ),
        flag(
            "unit.imputed",
            "unit IS NULL AND value IS NOT NULL",
            "given with the value",
            unit=_unit_of_metric(),
        ),
    ),
    references=(
        Reference(column="org_id", table="customers_orgs"),
        Reference(column="resource_id", table="resources"),
    ),
    depends_on=(Dependency(column="org_id", table="users", parent_column="org_id"),),
    enriched_from=("customers_orgs", "users", "resources"),
    enrichment=(
        date("usage_date", "Day of the event."),
        text("org_name", "Name of the organisation."),
        text("industry", "Industry of the organisation."),
        text("plan_tier", "Plan of the organisation."),
        text("hq_region", "Region of the organisation's headquarters."),
        text("lifecycle_stage", "Lifecycle stage of the organisation."),
        bigint("org_users", "Users of the organisation; null while the organisation is unknown."),
        bigint("org_active_users", "Active users of the organisation."),
        text("resource_state", "State of the resource."),
        date("resource_created_at", "Day on which the resource was created."),
        texts("resource_tags", "Tags of the resource, `key:value`."),
    ),
)

ANOMALY_FEEDBACK = Table(
    name="anomaly_feedback",
    description="What people say about a day's cost of an organisation and service; the newest counts.",
    key=("org_id", "usage_date", "service"),
    # Without `dated_by`: verdicts are few, every use reads all of them, and one on a day to come is no
    # measurement that would move "today". It waits for its day.
    columns=(
        _id("org_id", "Organisation."),
        date("usage_date", "Day of the usage, UTC."),
        text("service", "Service that was used.", clean=_HYPHENATED),
        text("verdict", "confirmed, false_alarm, or planned (unusual on purpose).", required=True),
        text("note", "Why."),
        text("given_by", "Person or team that gave the verdict."),
    ),
    checks=(allowed("service", SERVICES), allowed("verdict", VERDICTS)),
)

TABLES = (
    CUSTOMERS_ORGS,
    USERS,
    RESOURCES,
    BILLING_MONTHLY,
    SUPPORT_TICKETS,
    MARKETING_TOUCHES,
    NPS_SURVEYS,
    ANOMALY_FEEDBACK,
    USAGE_EVENTS,
)
