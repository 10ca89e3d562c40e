"""Publish one period of a mart to its collection, over several invocations if one is too short."""

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
from serving.client.requests import Deadline, OutOfTimeError, Requests, Retry, create_collection
from serving.publish.buckets import ROWS_PER_BUCKET, Buckets, bucket_count, slot_range
from serving.publish.documents import documents
from serving.publish.errors import TooLargeError
from serving.publish.report import Report
from serving.publish.upsert import Slice, Upsert


@dataclass(frozen=True, kw_only=True)
class Source:
    """The rows of one period, their number, and a fingerprint: a text that changes when the rows change.

    A source without rows stands for a partition that was removed: its documents are deleted.
    """

    batches: Iterable[pa.RecordBatch]
    rows: int
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Publishes to one database.

    - `self_hosted`: the publisher may create a missing keyspace.
    - `concurrency`: most concurrent requests.
    - `bucket_rows`: rows that are held in memory as documents, on average.
    """

    database: Database
    self_hosted: bool = False
    retry: Retry = field(default_factory=Retry)
    deadline: Deadline = field(default_factory=Deadline)
    concurrency: int = 8
    bucket_rows: int = ROWS_PER_BUCKET

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

        `scratch` is an empty folder for rows that do not fit into memory. `continuation`, from the report
        of an earlier invocation, resumes the publication where that invocation stopped, unless the rows
        have changed since. Raises InvalidKeyError or TooLargeError before anything is written,
        RefusedError or UnreachableError afterwards.
        """
        name = collection_name(domain, mart.name)
        requests = Requests(self.database.get_collection(name), self.retry, self.deadline)
        report = Report(collection=name, period=period)
        count = bucket_count(source.rows, self.bucket_rows)
        buckets = Buckets(collection, mart, period, count, scratch)
        buckets.fill(self._batches_in_time(source, mart))
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

    def _batches_in_time(self, source: Source, mart: Mart) -> Iterator[pa.RecordBatch]:
        """Yield the source's batches. Raises TooLargeError at the deadline: reading cannot be resumed."""
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
        """Write the buckets that are left; at the deadline, put the continuation into the report."""
        report, count = upsert.report, buckets.count
        start = written = 0
        if (continuation.get("fingerprint"), continuation.get("buckets")) == (fingerprint, count):
            start, written = continuation["bucket"], continuation["written"]
            report.add(**continuation["counts"])
            report.failures.extend(continuation["failures"])
        until = _day_number(buckets.newest)
        for bucket in range(start, count):
            before = report.inserted + report.replaced - written
            failed, listed = report.failed, len(report.failures)
            part = Slice(period=buckets.period, slots=slot_range(bucket, count) if count > 1 else None)
            try:
                upsert.apply(part, documents(buckets, bucket), until, written)
            except OutOfTimeError:
                report.drop_failures(failed, listed)
                report.continuation = {
                    "bucket": bucket,
                    "buckets": count,
                    "fingerprint": fingerprint,
                    "written": report.inserted + report.replaced - before,
                }
                return
            written = 0


def _day_number(day: dt.date | None) -> int | None:
    """Return a date as a number that the Data API can compare: 20250831 for 2025-08-31."""
    return None if day is None else day.year * 10_000 + day.month * 100 + day.day
