"""Upserts: which documents are written, the number of requests, and documents that the store refuses."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from lake.model.data_api import LIMITS, Limits
from lake.model.serving import document_id, slot_of
from localcloud.dataapi import DataApiServer
from serving.client.requests import Requests
from serving.publish.publication import Source
from serving.publish.upsert import Slice, chunks
from tests.serving.conftest import TOKEN
from tests.serving.publish.conftest import EMBEDDED, NAME, ROWS, Row, Shop, expected, month, row

WRITES = ("insertOne", "insertMany", "findOneAndReplace", "updateOne", "deleteOne", "deleteMany")


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


def test_documents_of_other_months_are_kept(shop: Shop) -> None:
    shop.publish([row("a", 1)])
    collection = shop.publisher().database.get_collection(NAME)
    july = document_id("org", ["a"], 202507)
    collection.insert_one(
        {"_id": july, "period": 202507, "shape": "org", "part": "batch", "slot": slot_of(july)}
    )
    shop.publish(Source(batches=(), rows=0, fingerprint="none"))
    assert list(shop.stored()) == [july]


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


def test_slice_filters_by_period_and_slots() -> None:
    assert Slice(period=202508).filter == {"period": 202508}
    assert Slice(period=0, slots=(5, 9)).filter == {"period": 0, "slot": {"$gte": 5, "$lte": 9}}


def test_inserts_are_split_by_number_of_documents() -> None:
    numbered: list[Row] = [{"_id": str(number)} for number in range(LIMITS.insert_documents + 1)]
    groups = list(chunks(numbered))
    assert [len(group) for group in groups] == [LIMITS.insert_documents, 1]
    assert [document for group in groups for document in group] == numbered


def test_inserts_are_split_by_bytes() -> None:
    large: list[Row] = [{"_id": str(number), "text": "ñ" * 2_000_000} for number in range(4)]
    assert [len(group) for group in chunks(large)] == [3, 1]
