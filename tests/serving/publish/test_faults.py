"""After any fault at any request, the next publication leaves the store equal to the mart."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Iterator

import pytest

from lake.model.serving import Collection
from localcloud.dataapi import Fault
from localcloud.dataapi.faults import Kind
from serving.client.errors import UnreachableError
from serving.client.requests import Deadline, Retry
from serving.publish.report import Report
from tests.serving.publish.conftest import EMBEDDED, ROWS, Countdown, Row, Shop, expected, month

TRANSIENT = [kind for kind in Kind if kind not in (Kind.DOWN_BEFORE, Kind.DOWN_AFTER)]
OLD = month(orgs=14, days=9, services=2, seed=1)
NEW = [*month(orgs=11, days=9, services=2, seed=1)[:150], *month(orgs=3, days=2, services=5, seed=9)]
NEW = list({(r["org"], r["day"], r["service"]): r for r in NEW}.values())

RETRYING = Retry(sleep=lambda _: None, timeout_seconds=0.15)
NO_RETRY = Retry(sleep=lambda _: None, timeout_seconds=0.15, attempts=1)


def fault(kind: Kind, after: int = 0, times: int = 1, command: str | None = None) -> Fault:
    return Fault(kind=kind, after=after, times=times, command=command, seconds=0.3)


@pytest.mark.parametrize("kind", TRANSIENT, ids=lambda kind: kind.name)
@pytest.mark.parametrize("command", ["find", "insertMany", "findOneAndReplace", "deleteMany"])
def test_transient_fault_of_any_command_is_retried(shop: Shop, kind: Kind, command: str) -> None:
    shop.publish(OLD, ROWS)
    shop.server.faults.clear()
    shop.server.inject(fault(kind, times=2, command=command))
    report = shop.publish(NEW, ROWS, retry=RETRYING)
    assert report.status == "PUBLISHED"
    assert shop.server.faults.injected > 0 or (kind is Kind.PARTIAL_INSERT and command != "insertMany")
    assert shop.content() == expected(NEW, ROWS)


@pytest.mark.parametrize("kind", [kind for kind in TRANSIENT if kind is not Kind.PARTIAL_INSERT])
def test_faults_while_the_collection_is_created_are_retried(shop: Shop, kind: Kind) -> None:
    shop.server.inject(fault(kind, command="createKeyspace"), fault(kind, command="createCollection"))
    shop.publish(NEW, retry=RETRYING)
    assert shop.server.faults.injected == 2
    assert shop.content() == expected(NEW)


def test_insertion_whose_answer_timed_out_is_counted_once(shop: Shop) -> None:
    shop.publish([], ROWS)
    shop.server.inject(fault(Kind.TIMEOUT_AFTER, command="insertMany"))
    report = shop.publish(NEW[:50], ROWS, retry=RETRYING)
    assert (report.inserted, report.replaced) == (50, 0)


def test_store_that_never_answers_raises_after_all_attempts(shop: Shop) -> None:
    shop.server.inject(fault(Kind.UNAVAILABLE, times=1_000))
    pauses: list[float] = []
    with pytest.raises(
        UnreachableError, match="no answer after 8 attempts; the last one ended with HTTP 503"
    ):
        shop.publish(NEW, retry=Retry(sleep=pauses.append, draw=lambda low, high: high))
    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0]


def killed_at(shop: Shop, kind: Kind, number: int) -> bool:
    """Publish NEW while the store goes down at request `number`; return whether that request came."""
    shop.server.inject(fault(kind, after=number))
    try:
        shop.publish(NEW, ROWS, retry=NO_RETRY, concurrency=1)
    except UnreachableError:
        return True
    finally:
        shop.server.faults.clear()
    return False


@pytest.mark.parametrize("kind", [Kind.DOWN_BEFORE, Kind.DOWN_AFTER], ids=lambda kind: kind.name)
def test_publication_killed_at_any_request_is_completed_by_the_next(shop: Shop, kind: Kind) -> None:
    for number in itertools.count():
        shop.publish(OLD, ROWS)
        killed = killed_at(shop, kind, number)
        shop.publish(NEW, ROWS)
        assert shop.content() == expected(NEW, ROWS), f"killed at request {number}"
        if not killed:
            break
    assert number > 10


def faulty_run(shop: Shop, seed: int) -> None:
    """Publish OLD, then NEW through random faults, kills and time-outs until it is published."""
    draw = random.Random(seed)
    collection = draw.choice([EMBEDDED, ROWS])
    before = draw.choice([OLD, OLD[::3], []])
    shop.publish(before, collection)
    continuation: Row | None = None
    for attempt in range(20):
        shop.server.inject(*random_faults(draw, calm=attempt > 3))
        limit = draw.choice([3, 10, 1_000])
        retry = Retry(sleep=lambda _: None, timeout_seconds=0.15, attempts=draw.choice([1, 3, 8]))
        try:
            report = shop.publish(
                NEW,
                collection,
                continuation=continuation,
                retry=retry,
                deadline=Deadline(remaining=Countdown(limit)),
                concurrency=draw.choice([1, 4]),
                bucket_rows=draw.choice([40, 10_000]),
            )
            continuation = report.continuation
        except UnreachableError:
            report = None
        finally:
            shop.server.faults.clear()
        if report is not None and report.status == "PUBLISHED":
            break
    assert_published(shop, collection, seed)


def random_faults(draw: random.Random, calm: bool) -> Iterator[Fault]:
    """Yield up to three faults of any kind, none when `calm`; slow kinds, which take real time, are rare."""
    slow = (Kind.TIMEOUT_BEFORE, Kind.TIMEOUT_AFTER, Kind.SLOW)
    for _ in range(0 if calm else draw.randrange(1, 4)):
        kind = draw.choice([kind for kind in Kind if kind not in slow or draw.random() < 0.3])
        yield Fault(kind=kind, after=draw.randrange(30), times=draw.randrange(1, 3), seconds=0.2)


def assert_published(shop: Shop, collection: Collection, seed: int) -> None:
    assert shop.content() == expected(NEW, collection), f"seed {seed}"
    shop.server.requests.clear()
    assert shop.publish(NEW, collection).unchanged == len(expected(NEW, collection)), f"seed {seed}"
    assert shop.server.count("insertMany", "findOneAndReplace", "deleteMany") == 0


@pytest.mark.parametrize("seed", range(50))
def test_any_mix_of_faults_ends_with_the_mart_in_the_store(shop: Shop, seed: int) -> None:
    faulty_run(shop, seed)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(1_000, 1_500))
def test_any_of_many_mixes_of_faults_ends_with_the_mart_in_the_store(shop: Shop, seed: int) -> None:
    faulty_run(shop, seed)


@pytest.mark.parametrize("before", [[], OLD], ids=["first", "changed"])
@pytest.mark.parametrize("collection", [EMBEDDED, ROWS], ids=["embedded", "rows"])
def test_two_concurrent_publishers_end_with_the_mart_in_the_store(
    shop: Shop, before: list[Row], collection: Collection
) -> None:
    shop.publish(before, collection)
    shop.server.inject(fault(Kind.RATE_LIMIT, after=4, times=3), fault(Kind.RESET_AFTER, after=9))
    begin = threading.Barrier(2)
    reports: list[Report] = []

    def publish(other: Shop) -> None:
        begin.wait()
        reports.append(other.publish(NEW, collection, retry=RETRYING))

    shops = [Shop(shop.server, shop.scratch / name) for name in ("one", "two")]
    threads = [threading.Thread(target=publish, args=(other,)) for other in shops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [report.status for report in reports] == ["PUBLISHED", "PUBLISHED"]
    assert shop.content() == expected(NEW, collection)
