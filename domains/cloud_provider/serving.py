"""The documents that answer the serving questions: five collections, one request per question."""

from __future__ import annotations

from lake.model.serving import Collection, Embedded, Lookup, ServedQuestion, Shape

ORG = ("org_id",)
A_YEAR = 366
TEN_YEARS = 3653

USAGE = Collection(
    mart="org_daily_usage_by_service",
    description="Usage by day and service: one document per month and organisation, and one overall.",
    cardinality={"service": 6},
    speed=True,
    shapes=tuple(
        Shape(
            name=name,
            by=by,
            embeds=(
                Embedded(
                    name="days", rows=("usage_date", "service"), values=("cost_usd", "requests", "events")
                ),
            ),
        )
        for name, by in (("org", ORG), ("overall", ()))
    ),
    serves=(
        ServedQuestion(question=6, title="Daily cost and requests by service", shapes=("org",), days=A_YEAR),
        ServedQuestion(
            question=7,
            title="Top services by cost in the last 14 days",
            shapes=("org", "overall"),
            days=14,
            lookup=Lookup.NEWEST,
        ),
    ),
)

TICKETS = Collection(
    mart="tickets_by_org_date",
    description="Tickets by day and severity: one document per month and organisation, and one overall.",
    cardinality={"severity": 4},
    shapes=tuple(
        Shape(
            name=name,
            by=by,
            embeds=(
                Embedded(
                    name="days",
                    rows=("ticket_date", "severity"),
                    values=("tickets", "open_tickets", "sla_breached"),
                ),
            ),
        )
        for name, by in (("org", ORG), ("overall", ()))
    ),
    serves=(
        ServedQuestion(
            question=8,
            title="Critical tickets and SLA breach rate per day, last 30 days",
            shapes=("org", "overall"),
            days=30,
            lookup=Lookup.NEWEST,
        ),
    ),
)

REVENUE = Collection(
    mart="revenue_by_org_month",
    description="Invoices by month: one document per year and organisation, and one overall.",
    cardinality={"billing_month": 12},
    shapes=tuple(
        Shape(
            name=name,
            by=by,
            embeds=(
                Embedded(
                    name="months",
                    rows=("billing_month",),
                    values=(
                        "invoices",
                        "subtotal_usd",
                        "credits_usd",
                        "taxes_usd",
                        "revenue_usd",
                        "total_usd",
                    ),
                ),
            ),
        )
        for name, by in (("org", ORG), ("overall", ()))
    ),
    serves=(
        ServedQuestion(
            question=9,
            title="Monthly revenue in USD with credits and taxes",
            shapes=("org",),
            days=TEN_YEARS,
        ),
    ),
)

TOKENS = ("genai_tokens", "cost_usd", "events")
GENAI = Collection(
    mart="genai_tokens_by_org_date",
    description="GenAI tokens by day: one document per month and organisation, and one overall with the sums "
    "of each organisation.",
    cardinality={"org_id": 1_000},
    shapes=(
        Shape(
            name="org",
            by=ORG,
            embeds=(Embedded(name="days", rows=("usage_date",), values=TOKENS),),
        ),
        Shape(
            name="overall",
            embeds=(
                Embedded(name="days", rows=("usage_date",), values=TOKENS),
                Embedded(name="orgs", rows=("org_id",), values=TOKENS),
            ),
        ),
    ),
    serves=(
        ServedQuestion(question=10, title="GenAI tokens and cost per day", shapes=("org",), days=A_YEAR),
        # The growth of the first month needs the month before the year.
        ServedQuestion(
            question=10,
            title="Monthly growth of GenAI tokens by organisation",
            shapes=("overall",),
            days=A_YEAR + 31,
        ),
    ),
)

ANOMALIES = Collection(
    mart="cost_anomaly_mart",
    description="Cost anomalies: one document per month and organisation.",
    cardinality={"service": 6},
    shapes=(
        Shape(
            name="org",
            by=ORG,
            embeds=(
                Embedded(
                    name="anomalies",
                    rows=("usage_date", "service"),
                    values=(
                        "cost_usd",
                        "observations",
                        "zscore",
                        "mad_score",
                        "p99_usd",
                        "anomaly_score",
                        "model_version",
                    ),
                    where="is_anomaly",
                ),
            ),
        ),
    ),
    serves=(
        ServedQuestion(question=11, title="Cost anomalies of an organisation", shapes=("org",), days=A_YEAR),
    ),
)

COLLECTIONS = (USAGE, TICKETS, REVENUE, GENAI, ANOMALIES)
