"""Served marts on a local Data API: rows of all and of one organisation, provisional ones, and errors."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard.data.frames import Frame
from dashboard.data.served import FRESH_SECONDS, PUBLISHED_FRESH_SECONDS, Served
from dashboard.errors import DashboardError
from domains.cloud_provider.domain import DOMAIN
from domains.cloud_provider.live_dashboard import LIVE, UNUSUAL, USAGE
from lake.model.answers import Reader, ReadResult
from tests.domains.cloud_provider.asking import USAGE as PUBLISHED
from tests.domains.cloud_provider.asking import D
from tests.domains.cloud_provider.marts_store import Row, Store, store

__all__ = ["store"]

UNUSUAL_COST = {
    "usage_date": D(2025, 8, 20), "service": "storage", "cost_usd": "7", "observations": 20, "p99_usd": "3",
    "anomaly_score": 3, "is_anomaly": True, "model_version": "cold-start",
}  # fmt: skip


def total(day: D, cost: str, **more: str) -> Row:
    return {"usage_date": day, "service": "compute", "cost_usd": Decimal(cost), "events": 3, **more}


class Live:
    """The served marts of a store, at a time that tests move."""

    def __init__(self, store: Store) -> None:
        self.now = 0.0
        self.connections = 0
        self.reader: Reader = store.reader
        self.served = Served(DOMAIN, self._connect, lambda column: ["a", "b"], clock=lambda: self.now)

    def _connect(self) -> Reader:
        self.connections += 1
        return self.reader

    def frame(self, values: Mapping[str, str] | None = None, dataset: object = USAGE) -> Frame:
        loaded = self.served.frames(LIVE, values or {}).get(dataset)  # type: ignore[arg-type]
        assert loaded.frame is not None, loaded.error
        return loaded.frame


def rows(frame: Frame, *columns: str) -> list[tuple[object, ...]]:
    return list(zip(*(frame.columns[name] for name in columns), strict=True))


@pytest.fixture
def live(store: Store) -> Live:
    store.publish("org_daily_usage_by_service", PUBLISHED)
    store.publish("cost_anomaly_mart", [{"org_id": "a", **UNUSUAL_COST}, {"org_id": "b", **UNUSUAL_COST}])
    store.stream("overall", [total(D(2025, 8, 21), "1.5")])
    store.stream("org", [total(D(2025, 8, 21), "1.5", org_id="a")])
    return Live(store)


def test_rows_of_all_organisations_say_which_are_provisional(live: Live) -> None:
    assert rows(live.frame(), "usage_date", "service", "cost_usd", "provisional")[-2:] == [
        (D(2025, 8, 20), "storage", Decimal("7.000000"), False),
        (D(2025, 8, 21), "compute", Decimal("1.5"), True),
    ]
    assert "org_id" not in live.frame().columns


def test_a_chosen_organisation_has_its_own_documents(live: Live) -> None:
    chosen = {"organisation": "b"}
    assert rows(live.frame(chosen), "org_id", "usage_date", "provisional")[-1] == ("b", D(2025, 8, 20), False)
    assert live.frame({"organisation": "nobody"}).size == 0


def test_rows_that_are_found_by_organisation_are_those_of_all_known_ones(live: Live) -> None:
    assert rows(live.frame(dataset=UNUSUAL), "org_id", "cost_usd", "anomaly_score") == [
        ("a", Decimal("7.000000"), 3), ("b", Decimal("7.000000"), 3),
    ]  # fmt: skip


def test_the_store_is_asked_once_for_several_pages_and_again_after_a_moment(store: Store, live: Live) -> None:
    live.frame()
    asked = store.server.count()
    live.frame()
    assert store.server.count() == asked
    store.stream("overall", [total(D(2025, 8, 21), "2.5")])
    live.now += FRESH_SECONDS
    assert live.frame().columns["cost_usd"][-1] == Decimal("2.5")
    assert live.connections == 1


def test_a_slow_answer_is_fresh_for_those_that_waited_for_it(store: Store, live: Live) -> None:
    answering = live.served.connect

    def slow() -> Reader:
        live.now += 10 * FRESH_SECONDS
        return answering()

    live.served.connect = slow
    live.frame()
    asked = store.server.count()
    live.frame()
    assert store.server.count() == asked


def test_a_store_without_collections_says_what_to_run(store: Store) -> None:
    loaded = Live(store).served.frames(LIVE, {}).get(USAGE)
    assert loaded.error is not None
    assert (loaded.error.what, loaded.error.hint) == (
        "the mart was never published to the serving store.",
        "Run the pipeline of the domain; on AWS, deploy with --serving.",
    )


def test_a_page_after_an_error_connects_anew(store: Store, live: Live, tmp_path: Path) -> None:
    live.frame()
    answering, refusing = live.served.connect, DashboardError("the secret cannot be read.", hint="Sign in.")

    def refuse() -> Reader:
        raise refusing

    live.served.connect, live.served._reader, live.now = refuse, None, live.now + FRESH_SECONDS
    problem = live.served.frames(LIVE, {}).get(USAGE).error
    assert problem is not None
    assert problem.what == "the secret cannot be read."
    live.served.connect, live.now = answering, live.now + FRESH_SECONDS
    assert live.frame().size > 0
    assert live.connections == 2


def test_a_mart_that_batch_alone_writes_is_asked_for_once_a_minute(store: Store, live: Live) -> None:
    live.served.frames(LIVE, {})
    asked = store.server.count()
    for _ in range(3):
        live.now += FRESH_SECONDS
        live.served.frames(LIVE, {})
    # The running totals alone: one request each time.
    assert store.server.count() == asked + 3
    store.publish("cost_anomaly_mart", [{"org_id": "a", **UNUSUAL_COST, "anomaly_score": 4}])
    live.now += PUBLISHED_FRESH_SECONDS
    assert live.frame(dataset=UNUSUAL).columns["anomaly_score"] == [4]


def test_unusual_costs_are_asked_for_again_once_a_new_day_has_begun(store: Store, live: Live) -> None:
    live.served.frames(LIVE, {})
    newer = {**UNUSUAL_COST, "usage_date": D(2025, 9, 1)}
    store.publish("cost_anomaly_mart", [{"org_id": "a", **newer}])
    store.stream("overall", [total(D(2025, 9, 1), "1.5")])
    live.now += FRESH_SECONDS
    assert D(2025, 9, 1) in live.frame(dataset=UNUSUAL).columns["usage_date"]


def test_an_error_of_a_published_mart_is_shown_no_longer_than_one_of_a_stream(live: Live) -> None:
    answering = live.reader.between
    refusing = DashboardError("the store is away.", hint="Start it.")

    def refuse(*asked: object, **options: object) -> ReadResult:
        raise refusing

    live.reader.between = refuse  # type: ignore[method-assign]
    problem = live.served.frames(LIVE, {}).get(UNUSUAL).error
    assert problem is not None
    live.reader.between = answering  # type: ignore[method-assign]
    live.now += FRESH_SECONDS
    assert live.frame(dataset=UNUSUAL).size == 2
