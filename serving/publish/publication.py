"""One publication: a period of a mart to its collection, in as many invocations as it takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from astrapy import Database

from lake.model.serving import Collection
from lake.model.spec import Mart
from lake.naming import collection_name
from serving.client.errors import TooLargeError
from serving.client.requests import Deadline, OutOfTimeError, Requests, Retry, create_collection
from serving.publish.buckets import ROWS, Buckets, bucket_count, slot_range
from serving.publish.documents import documents
from serving.publish.report import Report
from serving.publish.upsert import Slice, Upsert


@dataclass(frozen=True, kw_only=True)
class Source:
    """The rows of one period: how many there are, and a text that changes whenever they do.

    No rows at all mean that the partition is gone: its documents are deleted.
    """

    batches: Iterable[pa.RecordBatch]
    rows: int
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Publishes to one database. `self_hosted`: keyspaces may be created."""

    database: Database
    self_hosted: bool = False
    retry: Retry = field(default_factory=Retry)
    deadline: Deadline = field(default_factory=Deadline)
    concurrency: int = 8
    bucket_rows: int = ROWS

    def publish(
        self,
        *,
        domain: str,
        mart: Mart,
        collection: Collection,
        period: int,
        source: Source,
        scratch: Path,
        continuation: Mapping[str, Any] | None = None,
    ) -> Report:
        """Make the collection's documents of `period` equal to the source's rows.

        `scratch` is an empty folder for rows that do not fit into memory. With the `continuation` of an
        earlier report it goes on where that one stopped, unless the rows have changed since. Raises
        InvalidKeyError or TooLargeError before anything is written, RefusedError and UnreachableError
        after.
        """
        name = collection_name(domain, mart.name)
        requests = Requests(self.database.get_collection(name), self.retry, self.deadline)
        report = Report(collection=name, period=period)
        count = bucket_count(source.rows, self.bucket_rows)
        buckets = Buckets(collection, mart, period, count, scratch)
        buckets.fill(self._in_time(source, mart))
        report.rows = buckets.rows
        upsert = Upsert(
            collection,
            requests,
            report,
            lambda: create_collection(
                requests, self.database, collection.indexed, self_hosted=self.self_hosted
            ),
            self.concurrency,
        )
        self._apply(upsert, buckets, source.fingerprint, continuation or {})
        report.add(requests=requests.sent)
        if report.continuation is not None:
            report.continuation |= {"counts": report.counts(), "failures": report.failures}
        return report

    def _in_time(self, source: Source, mart: Mart) -> Iterator[pa.RecordBatch]:
        """The source's batches; they end with an error when the time does, as reading cannot be resumed."""
        for batch in source.batches:
            yield batch
            try:
                self.deadline.check()
            except OutOfTimeError as error:
                raise TooLargeError(
                    f"an invocation is too short to read its {source.rows} rows.",
                    where=f"mart {mart.name}",
                    hint="Nothing was published. Give the function more memory, and with it more CPU.",
                ) from error

    def _apply(
        self, upsert: Upsert, buckets: Buckets, fingerprint: str, continuation: Mapping[str, Any]
    ) -> None:
        """All buckets that are left. Out of time, the report gets where to go on."""
        report, count = upsert.report, buckets.count
        start = written = 0
        if (continuation.get("fingerprint"), continuation.get("buckets")) == (fingerprint, count):
            start, written = continuation["bucket"], continuation["written"]
            report.add(**continuation["counts"])
            report.failures.extend(continuation["failures"])
        until = _day_number(buckets.newest)
        for bucket in range(start, count):
            before = report.inserted + report.replaced - written
            failed, named = report.failed, len(report.failures)
            part = Slice(period=buckets.period, slots=slot_range(bucket, count) if count > 1 else None)
            try:
                upsert.apply(part, documents(buckets, bucket), until, written)
            except OutOfTimeError:
                report.forget_failures(failed, named)
                report.continuation = {
                    "bucket": bucket,
                    "buckets": count,
                    "fingerprint": fingerprint,
                    "written": report.inserted + report.replaced - before,
                }
                return
            written = 0


def _day_number(day: dt.date | None) -> int | None:
    """2025-08-31 as 20250831, which the Data API can compare."""
    return None if day is None else day.year * 10_000 + day.month * 100 + day.day
