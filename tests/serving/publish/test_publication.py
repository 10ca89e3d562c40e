"""Publications: documents in the store, the number of requests, and rejected marts."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from lake.model.data_api import LIMITS, Limits
from lake.model.serving import document_id, slot_of
from localcloud.dataapi import DataApiServer
from serving.client.errors import RefusedError
from serving.client.requests import Deadline, Requests
from serving.publish.errors import InvalidKeyError, TooLargeError
from serving.publish.publication import Source
from tests.serving.publish.conftest import (
    EMBEDDED,
    KEYSPACE,
    MART,
    NAME,
    PERIOD,
    ROWS,
    TOKEN,
    Countdown,
    Row,
    Shop,
    expected,
    month,
    row,
    source,
)

WRITES = ("insertOne", "insertMany", "findOneAndReplace", "updateOne", "deleteOne", "deleteMany")


def test_rows_become_documents(shop: Shop) -> None:
    report = shop.publish([row("a", 2, cost="0.000001"), row("a", 1, cost=None), row("b", 1, cost="-2")])
    assert (report.status, report.inserted, report.rows) == ("PUBLISHED", 3, 3)
    identifier = "org|a|202508"
    document = shop.stored()[identifier]
    assert document.pop("hash")
    assert document == {
        "_id": identifier,
        "shape": "org",
        "org": "a",
        "period": PERIOD,
        "part": "batch",
        "slot": slot_of(identifier),
        "days": {
            "columns": ["day", "service", "cost", "events"],
            "rows": [["2025-08-01", "compute", None, 1], ["2025-08-02", "compute", "0.000001", 1]],
        },
    }
    assert shop.stored()["overall|202508"]["days"]["rows"][0] == ["2025-08-01", "compute", "-2.000000", 2]


def test_collection_indexes_only_the_columns_of_its_questions(shop: Shop) -> None:
    shop.publish([row("a", 1)])
    (described,) = shop.publisher().database.list_collections(keyspace=KEYSPACE)
    assert described.definition.indexing == {"allow": list(EMBEDDED.indexed)}


@pytest.mark.parametrize("collection", [EMBEDDED, ROWS])
@pytest.mark.parametrize("bucket_rows", [50, 100_000])
def test_store_equals_the_mart(shop: Shop, collection: object, bucket_rows: int) -> None:
    rows = month(orgs=5, days=10, services=3)
    chosen = EMBEDDED if collection is EMBEDDED else ROWS
    report = shop.publish(rows, chosen, bucket_rows=bucket_rows)
    assert report.inserted == len(expected(rows, chosen))
    assert shop.content() == expected(rows, chosen)


def test_order_and_batches_of_rows_do_not_change_documents(shop: Shop) -> None:
    rows = month(orgs=3, days=5)
    shop.publish(source(rows, batch=7))
    assert shop.publish(source(sorted(rows, key=str), batch=1_000)).unchanged == 4
    assert shop.publish(rows, bucket_rows=10).unchanged == 4


def test_first_publication_sends_at_most_one_request_per_fifty_rows(shop: Shop) -> None:
    rows = month(orgs=54, days=31, services=6)[:10_000]
    report = shop.publish(rows, ROWS)
    assert report.inserted == 10_000
    assert report.requests == shop.server.count()
    assert shop.server.count() <= 10_000 / 50
    assert len(shop.stored()) == 10_000


def test_embedded_rows_take_at_most_six_requests(shop: Shop) -> None:
    shop.publish(month(orgs=54)[:10_000])
    assert shop.server.count() <= 6


@pytest.mark.parametrize("collection", [EMBEDDED, ROWS])
def test_unchanged_mart_is_not_written(shop: Shop, collection: object) -> None:
    chosen = EMBEDDED if collection is EMBEDDED else ROWS
    rows = month(orgs=4, days=20, services=3)
    shop.publish(rows, chosen)
    shop.server.requests.clear()
    report = shop.publish(rows, chosen)
    documents = len(expected(rows, chosen))
    assert (report.unchanged, report.inserted, report.replaced, report.deleted) == (documents, 0, 0, 0)
    assert shop.server.count(*WRITES) == 0
    assert shop.server.count() <= documents // LIMITS.page_documents + 1


def test_one_changed_day_replaces_only_the_documents_that_hold_it(shop: Shop) -> None:
    rows = month(orgs=30, days=31, services=6)
    shop.publish(rows)
    shop.server.requests.clear()
    rows = [
        replaced | {"events": 7} if (replaced["org"], replaced["day"].day) == ("org_3", 9) else replaced
        for replaced in rows
    ]
    report = shop.publish(rows)
    assert (report.replaced, report.unchanged) == (2, 29)
    assert shop.server.count(*WRITES) == 2
    assert shop.content() == expected(rows)


def test_documents_whose_rows_are_gone_are_deleted(shop: Shop) -> None:
    shop.publish([row(f"org_{number}", 1) for number in range(50)])
    left = [row("org_7", 1)]
    report = shop.publish(left)
    assert (report.deleted, report.replaced, report.unchanged) == (49, 1, 1)
    assert shop.content() == expected(left)


def test_removed_partition_deletes_its_documents(shop: Shop) -> None:
    shop.publish(month(orgs=3, days=2))
    assert shop.publish(Source(batches=(), rows=0, fingerprint="none")).deleted == 4
    assert shop.stored() == {}


def test_documents_of_other_months_are_kept(shop: Shop) -> None:
    shop.publish([row("a", 1)])
    collection = shop.publisher().database.get_collection(NAME)
    july = document_id("org", ["a"], 202507)
    collection.insert_one(
        {"_id": july, "period": 202507, "shape": "org", "part": "batch", "slot": slot_of(july)}
    )
    shop.publish(Source(batches=(), rows=0, fingerprint="none"))
    assert list(shop.stored()) == [july]


@pytest.mark.parametrize("column", ["org", "day", "service"])
def test_null_in_a_key_is_rejected_before_any_write(shop: Shop, column: str) -> None:
    rows = month(orgs=2, days=3)
    with pytest.raises(InvalidKeyError, match=f"1 row\\(s\\) have no '{column}'"):
        shop.publish([*rows, row("c", 4) | {column: None}])
    assert shop.server.count() == 0


@pytest.mark.parametrize("collection", [EMBEDDED, ROWS])
@pytest.mark.parametrize("bucket_rows", [5, 100_000])
def test_duplicate_key_is_rejected_before_any_write(shop: Shop, collection: object, bucket_rows: int) -> None:
    rows = [*month(orgs=2, days=3), row("a", 1), row("a", 1, cost="2")]
    with pytest.raises(InvalidKeyError, match="org=a, day=2025-08-01, service=compute"):
        shop.publish(rows, EMBEDDED if collection is EMBEDDED else ROWS, bucket_rows=bucket_rows)
    assert shop.server.count() == 0


def test_document_over_a_limit_is_reported_and_the_rest_published(shop: Shop) -> None:
    broad = [row("wide", 1 + number % 31, f"s{number}") for number in range(1_001)]
    report = shop.publish([row("a", 1), *broad])
    assert (report.status, report.inserted, report.failed) == ("PARTIAL", 1, 2)
    assert {failure["_id"] for failure in report.failures} == {"org|wide|202508", "overall|202508"}
    assert all("exceeds maximum allowed (1000)" in failure["reason"] for failure in report.failures)
    assert list(shop.stored()) == ["org|a|202508"]


def test_text_too_long_for_the_index_is_reported(shop: Shop) -> None:
    report = shop.publish([row("a", 1), row("x" * 8_001, 2)])
    assert (report.status, report.failed) == ("PARTIAL", 1)
    assert "8001 bytes" in report.failures[0]["reason"]
    assert set(shop.stored()) == {"org|a|202508", "overall|202508"}


def test_document_that_the_store_refuses_is_reported(tmp_path: Path) -> None:
    with DataApiServer(tmp_path / "strict", token=TOKEN, limits=Limits(array_items=10)) as server:
        strict = Shop(server, tmp_path / "scratch")
        report = strict.publish([row("a", 1), *(row("b", day) for day in range(1, 12))])
        assert (report.status, report.inserted, report.failed) == ("PARTIAL", 1, 2)
        assert report.failures[0]["reason"].startswith("SHRED_DOC_LIMIT_VIOLATION: ")
        assert list(strict.stored()) == ["org|a|202508"]


def test_document_that_another_publisher_wrote_meanwhile_is_replaced(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = Requests.send
    interfered: list[object] = []

    def interfering(self: Requests, body: Row) -> Row:
        if "insertMany" in body and not interfered:
            interfered.append(self.collection.insert_one({"_id": "org|a|202508", "hash": "another's"}))
        return send(self, body)

    shop.publish([])
    monkeypatch.setattr(Requests, "send", interfering)
    report = shop.publish([row("a", 1), row("b", 1)])
    assert (report.status, report.inserted, report.replaced) == ("PUBLISHED", 2, 1)
    assert shop.content() == expected([row("a", 1), row("b", 1)])


def test_wrong_token_is_refused_without_retry(shop: Shop) -> None:
    with pytest.raises(RefusedError, match="valid token"):
        shop.publish([row("a", 1)], token="AstraCS:wrong")
    assert shop.server.count() == 0


def test_missing_keyspace_on_astra_raises_with_a_hint(shop: Shop) -> None:
    publisher = replace(shop.publisher(), self_hosted=False)
    shop.scratch.mkdir()
    with pytest.raises(RefusedError, match=f"no keyspace '{KEYSPACE}'. Create it in the database"):
        publisher.publish(
            domain="shop",
            mart=MART,
            collection=EMBEDDED,
            period=PERIOD,
            source=source([row("a", 1)]),
            scratch=shop.scratch,
        )


def test_concurrent_requests_are_bounded(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    send, three = Requests.send, threading.Barrier(3)
    in_flight: list[int] = []
    most = 0

    def counted(self: Requests, body: Row) -> Row:
        nonlocal most
        if "findOneAndReplace" not in body:
            return send(self, body)
        in_flight.append(1)
        most = max(most, len(in_flight))
        three.wait(timeout=20)
        answer = send(self, body)
        in_flight.pop()
        return answer

    shop.publish(month(orgs=30, days=1), ROWS)
    monkeypatch.setattr(Requests, "send", counted)
    report = shop.publish(month(orgs=30, days=1, seed=2), ROWS, concurrency=3)
    assert (report.replaced, most) == (180, 3)


@pytest.mark.parametrize("bucket_rows", [60, 100_000])
def test_publication_stops_at_the_deadline_and_resumes(shop: Shop, bucket_rows: int) -> None:
    rows = month(orgs=10, days=10, services=3)
    shop.publish(month(orgs=12, days=10, services=3, seed=2), ROWS)
    shop.server.requests.clear()
    continuation, invocations, report = None, 0, None
    while report is None or report.status == "CONTINUE":
        report = shop.publish(
            rows,
            ROWS,
            continuation=continuation,
            bucket_rows=bucket_rows,
            deadline=Deadline(remaining=Countdown(60)),
        )
        continuation = report.continuation
        invocations += 1
    assert invocations > 3
    assert shop.content() == expected(rows, ROWS)
    assert report.inserted + report.replaced + report.unchanged == len(rows)
    assert report.requests == shop.server.count()


def test_partition_that_cannot_be_read_in_time_raises(shop: Shop) -> None:
    with pytest.raises(TooLargeError, match=r"300 rows.* more memory"):
        shop.publish(source(month(orgs=10, days=5), batch=100), deadline=Deadline(remaining=Countdown(2)))
    assert shop.server.count() == 0


def test_changed_rows_restart_the_publication(shop: Shop) -> None:
    first, second = month(orgs=10, days=5), month(orgs=10, days=5, seed=3)
    stopped = shop.publish(source(first), ROWS, bucket_rows=50, deadline=Deadline(remaining=Countdown(8)))
    assert stopped.status == "CONTINUE"
    report = shop.publish(
        source(second, fingerprint="v2"), ROWS, bucket_rows=50, continuation=stopped.continuation
    )
    assert report.status == "PUBLISHED"
    assert shop.content() == expected(second, ROWS)
