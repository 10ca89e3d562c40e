"""Every serving question, for one organisation and overall: the answer, and that it took one request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest

from domains.cloud_provider import answers
from domains.cloud_provider.answers import (
    Anomaly,
    DailyUsage,
    RevenueMonth,
    ServiceCost,
    TicketDay,
    TokenDay,
    TokenGrowth,
)
from domains.cloud_provider.domain import DOMAIN
from serving.answer import Answer
from serving.errors import RangeError
from tests.serving.conftest import Row, Store

D = dt.date
AUGUST = {"first": D(2025, 8, 1), "last": D(2025, 8, 31)}


def one(store: Store, function: Callable[..., Sequence[Any]], **parameters: Any) -> Sequence[Any]:
    """The answer; asserts that the server saw one request."""
    store.server.requests.clear()
    answer = function(store.reader, **parameters)
    assert store.server.count() == 1, store.server.requests
    return answer


def micro(text: str) -> Decimal:
    return Decimal(text).quantize(Decimal("0.000001"))


def usage(org: str, day: D, service: str = "compute", cost: str = "1", requests: str = "10") -> Row:
    return {
        "org_id": org,
        "usage_date": day,
        "service": service,
        "cost_usd": cost,
        "events": 1,
        "requests": requests,
    }


USAGE = [
    usage("a", D(2025, 7, 31), cost="0.5"),
    usage("a", D(2025, 8, 1), cost="2.25"),
    usage("a", D(2025, 8, 1), "genai", cost="9", requests="0"),
    usage("b", D(2025, 8, 1), cost="4"),
    usage("b", D(2025, 8, 20), "storage", cost="7"),
]


def test_daily_usage_of_an_organisation(store: Store) -> None:
    store.publish("org_daily_usage_by_service", USAGE)
    assert one(store, answers.daily_usage, org_id="a", first=D(2025, 7, 31), last=D(2025, 8, 1)) == [
        DailyUsage(D(2025, 7, 31), "compute", micro("0.5"), micro("10"), False),
        DailyUsage(D(2025, 8, 1), "compute", micro("2.25"), micro("10"), False),
        DailyUsage(D(2025, 8, 1), "genai", micro("9"), micro("0"), False),
    ]


def test_daily_usage_overall(store: Store) -> None:
    store.publish("org_daily_usage_by_service", USAGE)
    assert one(store, answers.daily_usage, **AUGUST) == [
        DailyUsage(D(2025, 8, 1), "compute", micro("6.25"), micro("20"), False),
        DailyUsage(D(2025, 8, 1), "genai", micro("9"), micro("0"), False),
        DailyUsage(D(2025, 8, 20), "storage", micro("7"), micro("10"), False),
    ]


def test_the_longest_range_is_one_request_too(store: Store) -> None:
    days = [D(2024, 1, 15) + dt.timedelta(days=number) for number in range(600)]
    store.publish("org_daily_usage_by_service", [usage(org, day) for org in "ab" for day in days])
    store.stream("org", [usage("a", day) | {"cost_usd": Decimal(1)} for day in days[-40:]])
    first = D(2024, 7, 31)
    last = first + dt.timedelta(days=365)
    assert len(one(store, answers.daily_usage, org_id="a", first=first, last=last)) == 366
    assert len(one(store, answers.daily_usage, first=first, last=last)) == 366
    with pytest.raises(RangeError, match="Ask for 1 to 366 days"):
        answers.daily_usage(store.reader, org_id="a", first=first, last=last + dt.timedelta(days=1))


def test_top_services_count_back_from_the_newest_day_of_all(store: Store) -> None:
    store.publish(
        "org_daily_usage_by_service",
        [
            usage("a", D(2025, 8, 2), "compute", "100"),  # 15 days before the newest day
            usage("a", D(2025, 8, 3), "compute", "3"),
            usage("a", D(2025, 8, 9), "genai", "5"),
            usage("a", D(2025, 8, 9), "storage", "5"),
            usage("b", D(2025, 8, 16), "genai", "2"),
        ],
    )
    window = (D(2025, 8, 3), D(2025, 8, 16), False)
    assert one(store, answers.top_services, org_id="a", top=2) == [
        ServiceCost(1, "genai", micro("5"), *window),
        ServiceCost(2, "storage", micro("5"), *window),
    ]
    assert one(store, answers.top_services) == [
        ServiceCost(1, "genai", micro("7"), *window),
        ServiceCost(2, "storage", micro("5"), *window),
        ServiceCost(3, "compute", micro("3"), *window),
    ]


def test_top_services_across_a_month_whose_organisation_was_silent(store: Store) -> None:
    old = [usage("a", D(2025, month, 1), "compute", "50") for month in range(1, 8)]
    store.publish("org_daily_usage_by_service", [*old, usage("b", D(2025, 9, 5)), usage("a", D(2025, 8, 25))])
    assert [row.cost_usd for row in one(store, answers.top_services, org_id="a")] == [micro("1")]
    assert one(store, answers.top_services, org_id="nobody") == []


def ticket(org: str, day: D, severity: str, tickets: int, breached: int) -> Row:
    return {
        "org_id": org,
        "ticket_date": day,
        "severity": severity,
        "tickets": tickets,
        "open_tickets": 0,
        "sla_breached": breached,
    }


def test_critical_tickets_and_breaches(store: Store) -> None:
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
    assert one(store, answers.critical_tickets, org_id="a") == [
        TicketDay(D(2025, 1, 31), 1, 1, 0, micro("0")),
        TicketDay(D(2025, 2, 10), 2, 3, 2, micro("0.666667")),
    ]
    assert one(store, answers.critical_tickets)[1:] == [
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


def test_monthly_revenue(store: Store) -> None:
    rows = [
        invoice(org, D(year, month, 1), "10", "2")
        for org in "ab"
        for year in (2024, 2025)
        for month in (1, 12)
    ]
    store.publish("revenue_by_org_month", rows)
    months = {"first": D(2016, 1, 1), "last": D(2025, 12, 31)}
    answer = one(store, answers.monthly_revenue, org_id="b", **months)
    assert [row.billing_month for row in answer] == [
        D(2024, 1, 1), D(2024, 12, 1), D(2025, 1, 1), D(2025, 12, 1),
    ]  # fmt: skip
    assert one(store, answers.monthly_revenue, **months)[0] == RevenueMonth(
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


def test_tokens_per_day(store: Store) -> None:
    store.publish("genai_tokens_by_org_date", TOKENS)
    assert one(store, answers.genai_tokens, org_id="a", **AUGUST) == [
        TokenDay(D(2025, 8, 1), micro("1500"), micro("3"), micro("2")),
        TokenDay(D(2025, 8, 2), micro("0"), micro("1"), None),
    ]
    assert one(store, answers.genai_tokens, **AUGUST)[1] == TokenDay(
        D(2025, 8, 2), micro("500"), micro("2"), micro("4")
    )


def test_growth_by_organisation(store: Store) -> None:
    store.publish("genai_tokens_by_org_date", TOKENS)
    assert one(store, answers.genai_growth, **AUGUST) == [
        TokenGrowth("a", D(2025, 8, 1), micro("1500"), micro("4"), micro("0.5")),
        TokenGrowth("b", D(2025, 8, 1), micro("500"), micro("1"), None),
    ]
    assert [row.org_id for row in one(store, answers.genai_growth, org_id="b", **AUGUST)] == ["b"]


def test_cost_anomalies(store: Store) -> None:
    row = {
        "org_id": "a", "usage_date": D(2025, 8, 3), "service": "genai", "cost_usd": "300", "observations": 40,
        "zscore": "9.5", "mad_score": None, "p99_usd": "20", "is_zscore": True, "is_mad": False,
        "is_p99": True, "anomaly_score": 2, "is_anomaly": True, "model_version": "cold-start",
    }  # fmt: skip
    usual = row | {"service": "compute", "is_anomaly": False, "anomaly_score": 1}
    store.publish("cost_anomaly_mart", [row, usual, usual | {"org_id": "b"}])
    assert one(store, answers.cost_anomalies, org_id="a", **AUGUST) == [
        Anomaly(D(2025, 8, 3), "genai", micro("300"), 2, micro("9.5"), None, micro("20"), "cold-start")
    ]
    assert one(store, answers.cost_anomalies, org_id="b", **AUGUST) == []


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


# --- speed


def total(org: str, day: D, cost: str, service: str = "compute") -> Row:
    return {"org_id": org, "usage_date": day, "service": service, "cost_usd": Decimal(cost), "events": 3}


def test_an_open_day_is_answered_and_marked(store: Store) -> None:
    store.publish("org_daily_usage_by_service", USAGE)
    assert store.stream("org", [total("a", D(2025, 8, 21), "1.5"), total("b", D(2025, 8, 21), "4")]) == 2
    assert one(store, answers.daily_usage, org_id="a", **AUGUST)[-1] == DailyUsage(
        D(2025, 8, 21), "compute", Decimal("1.5"), None, True
    )


def test_a_replayed_micro_batch_changes_nothing(store: Store) -> None:
    store.publish("org_daily_usage_by_service", USAGE)
    batch = [total("a", D(2025, 8, 21), "1.5"), total("a", D(2025, 8, 22), "2", "db.x$")]
    store.stream("org", batch)
    once = store.documents("org_daily_usage_by_service")
    store.stream("org", batch)
    assert store.documents("org_daily_usage_by_service") == once


def test_a_newer_total_replaces_the_older_and_leaves_other_rows(store: Store) -> None:
    store.publish("org_daily_usage_by_service", USAGE)
    store.stream("org", [total("a", D(2025, 8, 21), "1.5"), total("a", D(2025, 8, 21), "7", "genai")])
    store.stream("org", [total("a", D(2025, 8, 21), "2.5")])
    open_day = [row for row in one(store, answers.daily_usage, org_id="a", **AUGUST) if row.provisional]
    assert [(row.service, row.cost_usd) for row in open_day] == [
        ("compute", Decimal("2.5")), ("genai", Decimal("7")),
    ]  # fmt: skip


def test_batch_truth_of_a_day_replaces_its_total(store: Store) -> None:
    store.publish("org_daily_usage_by_service", USAGE)
    store.stream("org", [total("a", D(2025, 8, 1), "77"), total("a", D(2025, 8, 21), "1.5")])
    answer = one(store, answers.daily_usage, org_id="a", first=D(2025, 8, 1), last=D(2025, 8, 1))
    assert [row.cost_usd for row in answer] == [micro("2.25"), micro("9")]
    assert not any(row.provisional for row in answer)


def test_published_days_leave_the_speed_view(store: Store) -> None:
    name = "org_daily_usage_by_service"
    store.publish(name, USAGE)
    store.stream("org", [total("a", D(2025, 8, 21), "1.5"), total("b", D(2025, 8, 22), "1")])
    store.publish(name, [*USAGE, usage("a", D(2025, 8, 21), cost="8")])
    assert {key for key in store.documents(name) if key.endswith("speed")} == {"org|b|202508|speed"}


def test_the_overall_speed_view_moves_today(store: Store) -> None:
    store.publish("org_daily_usage_by_service", USAGE)
    overall = {"usage_date": D(2025, 9, 1), "service": "genai", "cost_usd": Decimal(5), "events": 1}
    store.stream("overall", [overall])
    answer = one(store, answers.top_services)
    assert (answer[0].service, answer[0].provisional) == ("storage", False)
    assert (answer[1].service, answer[1].cost_usd, answer[1].provisional) == ("genai", Decimal(5), True)
    assert answer[0].last == D(2025, 9, 1)
