"""Totals of micro-batches in the serving store, beside batch truth: one answer, and what of it may change."""

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
from tests.fakes import FolderStore
from tests.serving.read.conftest import KEYSPACE, TOKEN, Store

MART = "org_daily_usage_by_service"
MONDAY, TUESDAY = date(2025, 7, 7), date(2025, 7, 8)
ARGS = StreamArguments(
    job=JobArguments(
        job_name="job", domain="cloud_provider", env="dev", execution="x", raw_bucket="raw",
        processed_bucket="processed", curated_bucket="curated",
    ),
    table="usage_events",
    serving_secret="store",
)  # fmt: skip


class Stream:
    """What micro-batches would send to the serving store, and what readers get from it."""

    def __init__(self, store: Store, root: Path) -> None:
        self.store = store
        self.server = store.server
        self.files = SpeedFiles(FolderStore(root), "processed", DOMAIN.name, USAGE_EVENTS)
        self.sink = self.start(self.server.secret)

    def start(self, secret: str | None, args: StreamArguments = ARGS) -> SpeedSink:
        """The sink of a new run."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("lake.naming.Names.keyspace", KEYSPACE)
            return serving_sink(args, {"store": secret}.get)(self.files, DOMAIN, USAGE_EVENTS)

    def usage(self, org: str | None = None) -> list[tuple[int, str, Decimal, bool]]:
        """(day, service, cost, provisional) of a week."""
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


def total(org: str, day: date, cost: str, *, events: int = 1, metric: str = "requests") -> dict[str, Any]:
    """The newest total of one metric of an organisation's day."""
    return {
        "day": day, "org_id": org, "service": "compute", "metric": metric, "events": events,
        "cost_usd_increment": Decimal(cost), "value": Decimal(10), "carbon_kg": None, "genai_tokens": None,
    }  # fmt: skip


def truth(org: str, day: date, cost: str) -> dict[str, Any]:
    """A row of gold."""
    return {
        "org_id": org, "usage_date": day, "service": "compute", "cost_usd": cost, "events": 1, "requests": 1,
    }  # fmt: skip


def test_a_micro_batch_is_answered_and_marked(stream: Stream) -> None:
    stream.sink.upsert([total("a", MONDAY, "2"), total("a", MONDAY, "0.5", metric="cpu_hours")])
    stream.sink.upsert([total("b", MONDAY, "1"), total("a", TUESDAY, "4")])
    assert stream.usage("a") == [(7, "compute", Decimal("2.5"), True), (8, "compute", Decimal(4), True)]
    assert stream.usage() == [(7, "compute", Decimal("3.5"), True), (8, "compute", Decimal(4), True)]
    assert set(stream.documents()) == {"org|a|202507|speed", "org|b|202507|speed", "overall|202507|speed"}


def test_a_replayed_micro_batch_changes_nothing(stream: Stream) -> None:
    stream.sink.upsert([total("a", MONDAY, "2"), total("b", TUESDAY, "1")])
    once = stream.documents()
    stream.sink.upsert([total("a", MONDAY, "2"), total("b", TUESDAY, "1")])
    assert stream.documents() == once


def test_a_newer_total_replaces_the_older_one(stream: Stream) -> None:
    stream.sink.upsert([total("a", MONDAY, "2", events=2), total("b", MONDAY, "1")])
    stream.sink.upsert([total("a", MONDAY, "3", events=3)])
    assert stream.usage("a") == [(7, "compute", Decimal(3), True)]
    assert stream.usage() == [(7, "compute", Decimal(4), True)]


@pytest.mark.parametrize("kind", [Kind.RESET_BEFORE, Kind.RESET_AFTER, Kind.RATE_LIMIT])
def test_a_micro_batch_that_the_store_did_not_take_is_replayed(stream: Stream, kind: Kind) -> None:
    rows = [total("a", MONDAY, "2"), total("b", MONDAY, "1")]
    stream.server.token = "AstraCS:rotated"
    with pytest.raises(RefusedError, match="valid token"):
        stream.sink.upsert(rows)
    stream.server.token = TOKEN
    stream.server.inject(Fault(kind=kind, command="updateOne"))
    stream.sink.upsert(rows)
    assert stream.server.faults.struck == 1
    assert stream.usage() == [(7, "compute", Decimal(3), True)]


def test_batch_truth_replaces_the_totals_of_its_days(stream: Stream) -> None:
    stream.sink.upsert([total("a", MONDAY, "2"), total("b", MONDAY, "1"), total("b", TUESDAY, "7")])
    stream.store.publish(MART, [truth("a", MONDAY, "2.5"), truth("b", MONDAY, "1")])
    assert stream.usage("a") == [(7, "compute", Decimal("2.5"), False)]
    assert stream.usage("b") == [(7, "compute", Decimal(1), False), (8, "compute", Decimal(7), True)]
    assert stream.usage() == [(7, "compute", Decimal("3.5"), False), (8, "compute", Decimal(7), True)]
    speed = {key for key in stream.documents() if key.endswith("speed")}
    assert speed == {"org|b|202507|speed", "overall|202507|speed"}


def test_a_late_micro_batch_does_not_overwrite_batch_truth(stream: Stream) -> None:
    stream.store.publish(MART, [truth("a", MONDAY, "2.5")])
    before = stream.documents()
    stream.sink.upsert([total("a", MONDAY, "99")])
    assert stream.usage("a") == stream.usage() == [(7, "compute", Decimal("2.5"), False)]
    assert {key: document for key, document in stream.documents().items() if key in before} == before
    stream.store.publish(MART, [truth("a", MONDAY, "2.5")])
    assert stream.documents() == before


def test_merged_answers_are_one_request(stream: Stream) -> None:
    stream.store.publish(MART, [truth("a", MONDAY, "2.5")])
    stream.sink.upsert([total("a", TUESDAY, "1")])
    stream.server.requests.clear()
    assert stream.usage("a") == [(7, "compute", Decimal("2.5"), False), (8, "compute", Decimal(1), True)]
    assert stream.server.count() == 1


def test_the_collection_is_the_publishers_own(stream: Stream) -> None:
    stream.store.publish(MART, [truth("a", MONDAY, "1")])
    assert isinstance(stream.start(stream.server.secret), ServedTotals)


@pytest.mark.parametrize("secret", [None, "", '{"endpoint": "https://x"}'])
def test_a_missing_or_malformed_secret_stops_the_run(stream: Stream, secret: str | None) -> None:
    with pytest.raises(SecretError):
        stream.start(secret)


def test_without_a_secret_totals_end_in_files(stream: Stream) -> None:
    alone = StreamArguments(job=ARGS.job, table=ARGS.table)
    assert stream.start(None, alone) is stream.files


def test_a_domain_that_does_not_serve_its_stream_ends_in_files(stream: Stream) -> None:
    shop = load_domain("ecommerce")
    assert serving_sink(ARGS, {"store": None}.get)(stream.files, shop, shop.tables[0]) is stream.files
