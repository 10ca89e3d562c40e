"""Provisional answers: open days of a stream, until batch has published them."""

from __future__ import annotations

from decimal import Decimal

from domains.cloud_provider import answers
from domains.cloud_provider.answers import DailyUsage
from tests.domains.cloud_provider.asking import AUGUST, USAGE, D, ask, micro, usage
from tests.domains.cloud_provider.marts_store import Row, Store


def total(org: str, day: D, cost: str, service: str = "compute") -> Row:
    return {"org_id": org, "usage_date": day, "service": service, "cost_usd": Decimal(cost), "events": 3}


def test_open_day_is_answered_as_provisional(store: Store) -> None:
    store.publish("org_daily_usage_by_service", USAGE)
    assert store.stream("org", [total("a", D(2025, 8, 21), "1.5"), total("b", D(2025, 8, 21), "4")]) == 2
    assert ask(store, answers.daily_usage, org_id="a", **AUGUST)[-1] == DailyUsage(
        D(2025, 8, 21), "compute", Decimal("1.5"), None, True
    )


def test_replayed_micro_batch_changes_nothing(store: Store) -> None:
    store.publish("org_daily_usage_by_service", USAGE)
    batch = [total("a", D(2025, 8, 21), "1.5"), total("a", D(2025, 8, 22), "2", "db.x$")]
    store.stream("org", batch)
    once = store.documents("org_daily_usage_by_service")
    store.stream("org", batch)
    assert store.documents("org_daily_usage_by_service") == once


def test_newer_total_replaces_the_older_and_keeps_other_rows(store: Store) -> None:
    store.publish("org_daily_usage_by_service", USAGE)
    store.stream("org", [total("a", D(2025, 8, 21), "1.5"), total("a", D(2025, 8, 21), "7", "genai")])
    store.stream("org", [total("a", D(2025, 8, 21), "2.5")])
    open_day = [row for row in ask(store, answers.daily_usage, org_id="a", **AUGUST) if row.provisional]
    assert [(row.service, row.cost_usd) for row in open_day] == [
        ("compute", Decimal("2.5")), ("genai", Decimal("7")),
    ]  # fmt: skip


def test_published_batch_rows_replace_the_total_of_their_day(store: Store) -> None:
    store.publish("org_daily_usage_by_service", USAGE)
    store.stream("org", [total("a", D(2025, 8, 1), "77"), total("a", D(2025, 8, 21), "1.5")])
    answer = ask(store, answers.daily_usage, org_id="a", first=D(2025, 8, 1), last=D(2025, 8, 1))
    assert [row.cost_usd for row in answer] == [micro("2.25"), micro("9")]
    assert not any(row.provisional for row in answer)


def test_publication_deletes_speed_documents_of_its_days(store: Store) -> None:
    name = "org_daily_usage_by_service"
    store.publish(name, USAGE)
    store.stream("org", [total("a", D(2025, 8, 21), "1.5"), total("b", D(2025, 8, 22), "1")])
    store.publish(name, [*USAGE, usage("a", D(2025, 8, 21), cost="8")])
    assert {key for key in store.documents(name) if key.endswith("speed")} == {"org|b|202508|speed"}


def test_overall_speed_view_moves_the_newest_day(store: Store) -> None:
    store.publish("org_daily_usage_by_service", USAGE)
    overall = {"usage_date": D(2025, 9, 1), "service": "genai", "cost_usd": Decimal(5), "events": 1}
    store.stream("overall", [overall])
    answer = ask(store, answers.top_services)
    assert (answer[0].service, answer[0].provisional) == ("storage", False)
    assert (answer[1].service, answer[1].cost_usd, answer[1].provisional) == ("genai", Decimal(5), True)
    assert answer[0].last == D(2025, 9, 1)
