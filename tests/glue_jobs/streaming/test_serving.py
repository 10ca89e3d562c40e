"""Totals of micro-batches are served beside the rows of the batch flow, and marked as provisional."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domains.cloud_provider.answers import DailyUsage, daily_usage
from domains.cloud_provider.domain import DOMAIN
from domains.cloud_provider.tables import USAGE_EVENTS
from glue_jobs.runtime.args import JobArguments
from glue_jobs.streaming.args import StreamArguments
from glue_jobs.streaming.serving import serving_sink
from glue_jobs.streaming.sinks import ServedTotals, SpeedFiles
from glue_jobs.streaming.speed import SpeedSink
from lake.model.discovery import load_domain
from localcloud.dataapi import DataApiServer, Fault
from localcloud.dataapi.faults import Kind
from serving.client.errors import RefusedError, SecretError
from tests.domains.cloud_provider.marts_store import KEYSPACE, TOKEN, Store
from tests.fakes import FolderStore
from tests.glue_jobs.streaming.lines import total

MART = "org_daily_usage_by_service"
MONDAY, TUESDAY = date(2025, 7, 7), date(2025, 7, 8)
ARGS = StreamArguments(
    job=JobArguments(
        job_name="job", domain="cloud_provider", env="dev", execution="x", raw_bucket="raw",
        processed_bucket="processed", curated_bucket="curated", ledger_bucket="ledger",
    ),
    table="usage_events",
    serving_secret="store",
)  # fmt: skip


class Stream:
    """The sink of a run's micro-batches, and a reader of the serving store that it writes to."""

    def __init__(self, store: Store, root: Path) -> None:
        self.store = store
        self.server = store.server
        self.files = SpeedFiles(FolderStore(root), "processed", DOMAIN.name, USAGE_EVENTS)
        self.sink = self.start(self.server.secret)

    def start(self, secret: str | None, args: StreamArguments = ARGS) -> SpeedSink:
        """Return the sink of a new run."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("lake.naming.Names.keyspace", KEYSPACE)
            return serving_sink(args, {"store": secret}.get)(self.files, DOMAIN, USAGE_EVENTS)

    def usage(self, org: str | None = None) -> list[tuple[int, str, Decimal, bool]]:
        """Return (day, service, cost, provisional) of a week."""
        rows: list[DailyUsage] = list(
            daily_usage(self.store.reader, org_id=org, first=MONDAY, last=date(2025, 7, 13))
        )
        return [(row.usage_date.day, row.service, row.cost_usd, row.provisional) for row in rows]

    def documents(self) -> dict[Any, dict[str, Any]]:
        return self.store.documents(MART)


@pytest.fixture
def stream(tmp_path: Path) -> Iterator[Stream]:
    with DataApiServer(tmp_path / "dataapi", token=TOKEN) as server:
        yield Stream(Store(server, tmp_path / "scratch"), tmp_path / "buckets")


def gold(org: str, day: date, cost: str) -> dict[str, Any]:
    """Return a row of the gold table."""
    return {
        "org_id": org, "usage_date": day, "service": "compute", "cost_usd": cost, "events": 1, "requests": 1,
    }  # fmt: skip


def test_totals_of_a_micro_batch_are_served_as_provisional(stream: Stream) -> None:
    stream.sink.upsert([total("a", MONDAY, "2"), total("a", MONDAY, "0.5", metric="cpu_hours")])
    stream.sink.upsert([total("b", MONDAY, "1"), total("a", TUESDAY, "4")])
    assert stream.usage("a") == [(7, "compute", Decimal("2.5"), True), (8, "compute", Decimal(4), True)]
    assert stream.usage() == [(7, "compute", Decimal("3.5"), True), (8, "compute", Decimal(4), True)]
    assert set(stream.documents()) == {"org|a|202507|speed", "org|b|202507|speed", "overall|202507|speed"}


def test_repeated_micro_batch_changes_nothing(stream: Stream) -> None:
    stream.sink.upsert([total("a", MONDAY, "2"), total("b", TUESDAY, "1")])
    once = stream.documents()
    stream.sink.upsert([total("a", MONDAY, "2"), total("b", TUESDAY, "1")])
    assert stream.documents() == once


def test_newer_total_replaces_the_older_one(stream: Stream) -> None:
    stream.sink.upsert([total("a", MONDAY, "2", events=2), total("b", MONDAY, "1")])
    stream.sink.upsert([total("a", MONDAY, "3", events=3)])
    assert stream.usage("a") == [(7, "compute", Decimal(3), True)]
    assert stream.usage() == [(7, "compute", Decimal(4), True)]


@pytest.mark.parametrize("kind", [Kind.RESET_BEFORE, Kind.RESET_AFTER, Kind.RATE_LIMIT])
def test_micro_batch_that_the_store_refused_can_be_repeated(stream: Stream, kind: Kind) -> None:
    rows = [total("a", MONDAY, "2"), total("b", MONDAY, "1")]
    stream.server.token = "AstraCS:rotated"
    with pytest.raises(RefusedError, match="valid token"):
        stream.sink.upsert(rows)
    stream.server.token = TOKEN
    stream.server.inject(Fault(kind=kind, command="updateOne"))
    stream.sink.upsert(rows)
    assert stream.server.faults.injected == 1
    assert stream.usage() == [(7, "compute", Decimal(3), True)]


def test_published_gold_rows_replace_the_totals_of_their_days(stream: Stream) -> None:
    stream.sink.upsert([total("a", MONDAY, "2"), total("b", MONDAY, "1"), total("b", TUESDAY, "7")])
    stream.store.publish(MART, [gold("a", MONDAY, "2.5"), gold("b", MONDAY, "1")])
    assert stream.usage("a") == [(7, "compute", Decimal("2.5"), False)]
    assert stream.usage("b") == [(7, "compute", Decimal(1), False), (8, "compute", Decimal(7), True)]
    assert stream.usage() == [(7, "compute", Decimal("3.5"), False), (8, "compute", Decimal(7), True)]
    speed = {key for key in stream.documents() if key.endswith("speed")}
    assert speed == {"org|b|202507|speed", "overall|202507|speed"}


def test_late_micro_batch_does_not_replace_gold_rows(stream: Stream) -> None:
    stream.store.publish(MART, [gold("a", MONDAY, "2.5")])
    before = stream.documents()
    stream.sink.upsert([total("a", MONDAY, "99")])
    assert stream.usage("a") == stream.usage() == [(7, "compute", Decimal("2.5"), False)]
    assert {key: document for key, document in stream.documents().items() if key in before} == before
    stream.store.publish(MART, [gold("a", MONDAY, "2.5")])
    assert stream.documents() == before


def test_totals_and_gold_rows_are_read_with_one_request(stream: Stream) -> None:
    stream.store.publish(MART, [gold("a", MONDAY, "2.5")])
    stream.sink.upsert([total("a", TUESDAY, "1")])
    stream.server.requests.clear()
    assert stream.usage("a") == [(7, "compute", Decimal("2.5"), False), (8, "compute", Decimal(1), True)]
    assert stream.server.count() == 1


def test_sink_accepts_the_collection_that_the_publisher_created(stream: Stream) -> None:
    stream.store.publish(MART, [gold("a", MONDAY, "1")])
    assert isinstance(stream.start(stream.server.secret), ServedTotals)


@pytest.mark.parametrize("secret", [None, "", '{"endpoint": "https://x"}'])
def test_missing_or_malformed_secret_stops_the_run(stream: Stream, secret: str | None) -> None:
    with pytest.raises(SecretError):
        stream.start(secret)


def test_without_a_secret_totals_are_written_to_files_only(stream: Stream) -> None:
    without_secret = StreamArguments(job=ARGS.job, table=ARGS.table)
    assert stream.start(None, without_secret) is stream.files


def test_totals_of_a_stream_that_is_not_served_are_written_to_files_only(stream: Stream) -> None:
    shop = load_domain("ecommerce")
    assert serving_sink(ARGS, {"store": None}.get)(stream.files, shop, shop.tables[0]) is stream.files
