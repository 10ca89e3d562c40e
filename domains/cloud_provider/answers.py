"""Answers to the serving questions: one function and one request per question.

Without an `org_id` a function answers for all organisations together. `provisional` rows come from the
stream and are replaced by the next batch run. Ranges of "the last days" end at the newest day in the data.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from lake.model.answers import Answer, Reader, ReadResult, Row, Selection, ratio

OVERALL = Selection(shape="overall")


def _selection(org_id: str | None) -> Selection:
    return OVERALL if org_id is None else Selection(shape="org", keys=(org_id,))


def _window(result: ReadResult, selection: Selection, days: int) -> tuple[list[Row], dt.date, dt.date]:
    """Return (rows, first day, last day) of `days` days that end at the newest day of all organisations."""
    last = result.newest_day(OVERALL, "days") or dt.date.min + dt.timedelta(days=days)
    first = last - dt.timedelta(days=days - 1)
    return result.rows(selection, "days", first, last), first, last


@dataclass(frozen=True)
class DailyUsage:
    """Cost and number of requests of a service on a day."""

    usage_date: dt.date
    service: str
    cost_usd: Decimal
    requests: Decimal | None
    provisional: bool


def daily_usage(
    reader: Reader, *, first: dt.date, last: dt.date, org_id: str | None = None
) -> Sequence[DailyUsage]:
    """Return the answer to question 6: cost in USD and number of requests, by day and service."""
    selection = _selection(org_id)
    result = reader.between("org_daily_usage_by_service", [selection], first, last, question=6)
    return [
        DailyUsage(row["usage_date"], row["service"], row["cost_usd"], row["requests"], row.provisional)
        for row in result.rows(selection, "days", first, last)
    ]


@dataclass(frozen=True)
class ServiceCost:
    """A service and its cost from `first` to `last`; rank 1 is the highest cost."""

    rank: int
    service: str
    cost_usd: Decimal
    first: dt.date
    last: dt.date
    provisional: bool


def top_services(
    reader: Reader, *, org_id: str | None = None, top: int = 5, days: int = 14
) -> Sequence[ServiceCost]:
    """Return the answer to question 7: the `top` services by cost in the last days; ties go by name."""
    selection = _selection(org_id)
    both = list(dict.fromkeys([selection, OVERALL]))
    result = reader.newest("org_daily_usage_by_service", both, days, question=7)
    rows, first, last = _window(result, selection, days)
    costs: dict[str, Decimal] = defaultdict(Decimal)
    provisional: dict[str, bool] = defaultdict(bool)
    for row in rows:
        costs[row["service"]] += row["cost_usd"]
        provisional[row["service"]] |= row.provisional
    ranked = sorted(costs, key=lambda service: (-costs[service], service))[:top]
    return [
        ServiceCost(rank, service, costs[service], first, last, provisional[service])
        for rank, service in enumerate(ranked, start=1)
    ]


@dataclass(frozen=True)
class TicketDay:
    """Tickets opened on a day; `sla_breach_rate` is a share of all tickets, 0 to 1."""

    ticket_date: dt.date
    critical_tickets: int
    tickets: int
    sla_breached: int
    sla_breach_rate: Decimal | None


def critical_tickets(reader: Reader, *, org_id: str | None = None, days: int = 30) -> Sequence[TicketDay]:
    """Return the answer to question 8: critical tickets and SLA breach rate, per day with tickets."""
    selection = _selection(org_id)
    both = list(dict.fromkeys([selection, OVERALL]))
    result = reader.newest("tickets_by_org_date", both, days, question=8)
    by_day: dict[dt.date, list[Row]] = defaultdict(list)
    for row in _window(result, selection, days)[0]:
        by_day[row["ticket_date"]].append(row)
    answer = []
    for day, rows in sorted(by_day.items()):
        tickets = sum(row["tickets"] for row in rows)
        breached = sum(row["sla_breached"] for row in rows)
        critical = sum(row["tickets"] for row in rows if row["severity"] == "critical")
        answer.append(TicketDay(day, critical, tickets, breached, ratio(breached, tickets)))
    return answer


@dataclass(frozen=True)
class RevenueMonth:
    """Invoices of a month; revenue is subtotal less credits, total is revenue plus taxes."""

    billing_month: dt.date
    invoices: int
    subtotal_usd: Decimal
    credits_usd: Decimal
    revenue_usd: Decimal
    taxes_usd: Decimal
    total_usd: Decimal


def monthly_revenue(
    reader: Reader, *, first: dt.date, last: dt.date, org_id: str | None = None
) -> Sequence[RevenueMonth]:
    """Return the answer to question 9: revenue, credits and taxes in USD of months starting in the range."""
    selection = _selection(org_id)
    result = reader.between("revenue_by_org_month", [selection], first, last, question=9)
    return [
        RevenueMonth(
            row["billing_month"],
            row["invoices"],
            row["subtotal_usd"],
            row["credits_usd"],
            row["revenue_usd"],
            row["taxes_usd"],
            row["total_usd"],
        )
        for row in result.rows(selection, "months", first, last)
    ]


@dataclass(frozen=True)
class TokenDay:
    """Tokens of a day, their cost, and the cost of 1000 tokens; that is None without tokens."""

    usage_date: dt.date
    genai_tokens: Decimal
    cost_usd: Decimal
    cost_per_1k_tokens: Decimal | None


def genai_tokens(
    reader: Reader, *, first: dt.date, last: dt.date, org_id: str | None = None
) -> Sequence[TokenDay]:
    """Return the first answer to question 10: GenAI tokens and their cost in USD, per day."""
    selection = _selection(org_id)
    result = reader.between("genai_tokens_by_org_date", [selection], first, last, question=10)
    return [
        TokenDay(
            row["usage_date"],
            row["genai_tokens"],
            row["cost_usd"],
            ratio(row["cost_usd"], row["genai_tokens"], 1_000),
        )
        for row in result.rows(selection, "days", first, last)
    ]


@dataclass(frozen=True)
class TokenGrowth:
    """Tokens of an organisation in a month, their cost, and their growth as a fraction."""

    org_id: str
    month: dt.date
    genai_tokens: Decimal
    cost_usd: Decimal
    growth: Decimal | None


def genai_growth(
    reader: Reader, *, first: dt.date, last: dt.date, org_id: str | None = None
) -> Sequence[TokenGrowth]:
    """Return the second answer to question 10: tokens by organisation and month, and their growth.

    `growth` is the change from the previous month as a fraction of that month's tokens; None if it has none.
    """
    start = first.replace(day=1)
    before = (start - dt.timedelta(days=1)).replace(day=1)
    result = reader.between("genai_tokens_by_org_date", [OVERALL], before, last, question=10)
    tokens: dict[tuple[str, dt.date], Row] = {
        (row["org_id"], dt.date(period // 100, period % 100, 1)): row
        for period, rows in result.tables(OVERALL, "orgs")
        for row in rows
        if org_id in (None, row["org_id"])
    }
    answer = []
    for (org, month), row in sorted(tokens.items()):
        if month < start:
            continue
        earlier = tokens.get((org, (month - dt.timedelta(days=1)).replace(day=1)))
        base = earlier["genai_tokens"] if earlier else None
        growth = ratio(row["genai_tokens"] - base, base) if base else None
        answer.append(TokenGrowth(org, month, row["genai_tokens"], row["cost_usd"], growth))
    return answer


@dataclass(frozen=True)
class Anomaly:
    """An anomalous cost of a service on a day, with its scores and the version of the model."""

    usage_date: dt.date
    service: str
    cost_usd: Decimal
    anomaly_score: int
    zscore: Decimal | None
    mad_score: Decimal | None
    p99_usd: Decimal | None
    model_version: str


def cost_anomalies(reader: Reader, *, org_id: str, first: dt.date, last: dt.date) -> Sequence[Anomaly]:
    """Return the answer to question 11: the days and services of an organisation with anomalous costs."""
    selection = _selection(org_id)
    result = reader.between("cost_anomaly_mart", [selection], first, last, question=11)
    return [
        Anomaly(
            row["usage_date"],
            row["service"],
            row["cost_usd"],
            row["anomaly_score"],
            row["zscore"],
            row["mad_score"],
            row["p99_usd"],
            row["model_version"],
        )
        for row in result.rows(selection, "anomalies", first, last)
    ]


ANSWERS = (
    Answer(name="daily-usage", question=6, title="Daily cost and requests by service", function=daily_usage),
    Answer(name="top-services", question=7, title="Services by cost in the last days", function=top_services),
    Answer(
        name="critical-tickets",
        question=8,
        title="Critical tickets and SLA breach rate per day",
        function=critical_tickets,
    ),
    Answer(
        name="monthly-revenue",
        question=9,
        title="Monthly revenue in USD with credits and taxes",
        function=monthly_revenue,
    ),
    Answer(
        name="genai-tokens", question=10, title="GenAI tokens and their cost per day", function=genai_tokens
    ),
    Answer(
        name="genai-growth",
        question=10,
        title="Monthly growth of GenAI tokens by organisation",
        function=genai_growth,
    ),
    Answer(
        name="cost-anomalies", question=11, title="Cost anomalies of an organisation", function=cost_anomalies
    ),
)
