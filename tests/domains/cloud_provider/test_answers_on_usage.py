"""Answers on daily usage and on the services that cost most, each in one request."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from domains.cloud_provider import answers
from domains.cloud_provider.answers import DailyUsage, ServiceCost
from serving.read.errors import RangeError
from tests.domains.cloud_provider.asking import AUGUST, USAGE, D, ask, micro, usage
from tests.domains.cloud_provider.marts_store import Store


def test_daily_usage_of_an_organisation_has_one_row_per_day_and_service(store: Store) -> None:
    store.publish("org_daily_usage_by_service", USAGE)
    assert ask(store, answers.daily_usage, org_id="a", first=D(2025, 7, 31), last=D(2025, 8, 1)) == [
        DailyUsage(D(2025, 7, 31), "compute", micro("0.5"), micro("10"), False),
        DailyUsage(D(2025, 8, 1), "compute", micro("2.25"), micro("10"), False),
        DailyUsage(D(2025, 8, 1), "genai", micro("9"), micro("0"), False),
    ]


def test_daily_usage_without_an_organisation_is_summed_over_all(store: Store) -> None:
    store.publish("org_daily_usage_by_service", USAGE)
    assert ask(store, answers.daily_usage, **AUGUST) == [
        DailyUsage(D(2025, 8, 1), "compute", micro("6.25"), micro("20"), False),
        DailyUsage(D(2025, 8, 1), "genai", micro("9"), micro("0"), False),
        DailyUsage(D(2025, 8, 20), "storage", micro("7"), micro("10"), False),
    ]


def test_longest_range_takes_one_request(store: Store) -> None:
    days = [D(2024, 1, 15) + dt.timedelta(days=number) for number in range(600)]
    store.publish("org_daily_usage_by_service", [usage(org, day) for org in "ab" for day in days])
    store.stream("org", [usage("a", day) | {"cost_usd": Decimal(1)} for day in days[-40:]])
    first = D(2024, 7, 31)
    last = first + dt.timedelta(days=365)
    assert len(ask(store, answers.daily_usage, org_id="a", first=first, last=last)) == 366
    assert len(ask(store, answers.daily_usage, first=first, last=last)) == 366
    with pytest.raises(RangeError, match="Ask for 1 to 366 days"):
        answers.daily_usage(store.reader, org_id="a", first=first, last=last + dt.timedelta(days=1))


def test_top_services_cover_the_days_up_to_the_newest_day_overall(store: Store) -> None:
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
    assert ask(store, answers.top_services, org_id="a", top=2) == [
        ServiceCost(1, "genai", micro("5"), *window),
        ServiceCost(2, "storage", micro("5"), *window),
    ]
    assert ask(store, answers.top_services) == [
        ServiceCost(1, "genai", micro("7"), *window),
        ServiceCost(2, "storage", micro("5"), *window),
        ServiceCost(3, "compute", micro("3"), *window),
    ]


def test_top_services_skip_a_month_without_usage_of_the_organisation(store: Store) -> None:
    old = [usage("a", D(2025, month, 1), "compute", "50") for month in range(1, 8)]
    store.publish("org_daily_usage_by_service", [*old, usage("b", D(2025, 9, 5)), usage("a", D(2025, 8, 25))])
    assert [row.cost_usd for row in ask(store, answers.top_services, org_id="a")] == [micro("1")]
    assert ask(store, answers.top_services, org_id="unknown") == []
