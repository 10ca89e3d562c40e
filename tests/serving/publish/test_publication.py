"""Publications: documents in the store, the number of requests, deadlines, and rejected marts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from serving.client.errors import RefusedError
from serving.client.requests import Deadline
from serving.publish.errors import InvalidKeyError, TooLargeError
from serving.publish.publication import Source
from tests.serving.publish.conftest import (
    EMBEDDED,
    KEYSPACE,
    MART,
    PERIOD,
    ROWS,
    Countdown,
    Shop,
    expected,
    month,
    row,
    source,
)


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


def test_removed_partition_deletes_its_documents(shop: Shop) -> None:
    shop.publish(month(orgs=3, days=2))
    assert shop.publish(Source(batches=(), rows=0, fingerprint="none")).deleted == 4
    assert shop.stored() == {}


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
