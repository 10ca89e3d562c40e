"""Answers on tickets, revenue, tokens and anomalies, each in one request."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from domains.cloud_provider import answers
from domains.cloud_provider.answers import Anomaly, RevenueMonth, TicketDay, TokenDay, TokenGrowth
from domains.cloud_provider.domain import DOMAIN
from lake.model.answers import Answer
from tests.domains.cloud_provider.asking import AUGUST, D, ask, micro
from tests.domains.cloud_provider.marts_store import Row, Store


def ticket(org: str, day: D, severity: str, tickets: int, breached: int) -> Row:
    return {
        "org_id": org,
        "ticket_date": day,
        "severity": severity,
        "tickets": tickets,
        "open_tickets": 0,
        "sla_breached": breached,
    }


def test_critical_tickets_are_counted_by_day_beside_the_rate_of_breaches(store: Store) -> None:
    store.publish(
        "tickets_by_org_date",
        [
            ticket("a", D(2025, 1, 30), "critical", 9, 9),
            ticket("a", D(2025, 1, 31), "critical", 1, 0),
            ticket("a", D(2025, 2, 10), "critical", 2, 1),
            ticket("a", D(2025, 2, 10), "low", 1, 1),
            ticket("b", D(2025, 2, 10), "high", 4, 0),
            ticket("b", D(2025, 3, 1), "low", 1, 0),
        ],
    )
    assert ask(store, answers.critical_tickets, org_id="a") == [
        TicketDay(D(2025, 1, 31), 1, 1, 0, micro("0")),
        TicketDay(D(2025, 2, 10), 2, 3, 2, micro("0.666667")),
    ]
    assert ask(store, answers.critical_tickets)[1:] == [
        TicketDay(D(2025, 2, 10), 2, 7, 2, micro("0.285714")),
        TicketDay(D(2025, 3, 1), 0, 1, 0, micro("0")),
    ]


def invoice(org: str, month: D, subtotal: str, credits: str = "0") -> Row:
    return {
        "org_id": org,
        "billing_month": month,
        "invoices": 1,
        "subtotal_usd": subtotal,
        "credits_usd": credits,
        "taxes_usd": "1",
        "revenue_usd": str(Decimal(subtotal) - Decimal(credits)),
        "total_usd": str(Decimal(subtotal) - Decimal(credits) + 1),
    }


def test_revenue_is_summed_by_month_for_one_or_all_organisations(store: Store) -> None:
    rows = [
        invoice(org, D(year, month, 1), "10", "2")
        for org in "ab"
        for year in (2024, 2025)
        for month in (1, 12)
    ]
    store.publish("revenue_by_org_month", rows)
    months = {"first": D(2016, 1, 1), "last": D(2025, 12, 31)}
    answer = ask(store, answers.monthly_revenue, org_id="b", **months)
    assert [row.billing_month for row in answer] == [
        D(2024, 1, 1), D(2024, 12, 1), D(2025, 1, 1), D(2025, 12, 1),
    ]  # fmt: skip
    assert ask(store, answers.monthly_revenue, **months)[0] == RevenueMonth(
        D(2024, 1, 1), 2, micro("20"), micro("4"), micro("16"), micro("2"), micro("18")
    )


def tokens(org: str, day: D, number: str, cost: str) -> Row:
    return {"org_id": org, "usage_date": day, "genai_tokens": number, "cost_usd": cost, "events": 1}


TOKENS = [
    tokens("a", D(2025, 7, 1), "1000", "1"),
    tokens("a", D(2025, 8, 1), "1500", "3"),
    tokens("a", D(2025, 8, 2), "0", "1"),
    tokens("b", D(2025, 8, 2), "500", "1"),
]


def test_genai_tokens_are_summed_by_day_beside_their_cost_per_thousand(store: Store) -> None:
    store.publish("genai_tokens_by_org_date", TOKENS)
    assert ask(store, answers.genai_tokens, org_id="a", **AUGUST) == [
        TokenDay(D(2025, 8, 1), micro("1500"), micro("3"), micro("2")),
        TokenDay(D(2025, 8, 2), micro("0"), micro("1"), None),
    ]
    assert ask(store, answers.genai_tokens, **AUGUST)[1] == TokenDay(
        D(2025, 8, 2), micro("500"), micro("2"), micro("4")
    )


def test_genai_growth_compares_each_organisation_with_the_month_before(store: Store) -> None:
    store.publish("genai_tokens_by_org_date", TOKENS)
    assert ask(store, answers.genai_growth, **AUGUST) == [
        TokenGrowth("a", D(2025, 8, 1), micro("1500"), micro("4"), micro("0.5")),
        TokenGrowth("b", D(2025, 8, 1), micro("500"), micro("1"), None),
    ]
    assert [row.org_id for row in ask(store, answers.genai_growth, org_id="b", **AUGUST)] == ["b"]


def test_only_anomalous_costs_of_the_organisation_are_returned(store: Store) -> None:
    row = {
        "org_id": "a", "usage_date": D(2025, 8, 3), "service": "genai", "cost_usd": "300", "observations": 40,
        "zscore": "9.5", "mad_score": None, "p99_usd": "20", "is_zscore": True, "is_mad": False,
        "is_p99": True, "anomaly_score": 2, "is_anomaly": True, "model_version": "cold-start",
    }  # fmt: skip
    normal = row | {"service": "compute", "is_anomaly": False, "anomaly_score": 1}
    store.publish("cost_anomaly_mart", [row, normal, normal | {"org_id": "b"}])
    assert ask(store, answers.cost_anomalies, org_id="a", **AUGUST) == [
        Anomaly(D(2025, 8, 3), "genai", micro("300"), 2, micro("9.5"), None, micro("20"), "cold-start")
    ]
    assert ask(store, answers.cost_anomalies, org_id="b", **AUGUST) == []


def test_every_serving_question_has_a_function_and_a_collection() -> None:
    asked = {answer.question for answer in answers.ANSWERS}
    assert asked == {6, 7, 8, 9, 10, 11}
    assert asked == {served.question for collection in DOMAIN.serving for served in collection.serves}


def test_parameters_come_from_the_signature() -> None:
    (answer,) = (answer for answer in answers.ANSWERS if answer.name == "daily-usage")
    assert isinstance(answer, Answer)
    assert [(p.name, p.kind, p.required) for p in answer.parameters] == [
        ("first", dt.date, True),
        ("last", dt.date, True),
        ("org_id", str, False),
    ]
