"""Run a stream's queries until all files are read, or until a stop signal is set."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from pyspark.errors import StreamingQueryException
from pyspark.sql.streaming.query import StreamingQuery

from glue_jobs.runtime.store import ObjectStore
from glue_jobs.streaming.bronze import BronzeWriter
from lake import naming

POLL_SECONDS = 5
"""How often the stop signal is polled."""

STOP_TIMEOUT_SECONDS = 600
"""How long the active micro-batch may take to end after the stop signal is set."""


@dataclass(frozen=True)
class Queries:
    """The two queries of a stream, as functions that start them."""

    bronze: Callable[[], StreamingQuery]
    speed: Callable[[], StreamingQuery]


class StopSignal:
    """An object in the processed bucket; an operator puts it there to stop a continuous stream."""

    def __init__(self, store: ObjectStore, bucket: str, domain: str, table: str) -> None:
        self._store = store
        self._bucket = bucket
        self._key = naming.stop_key(domain, table)

    def is_set(self) -> bool:
        """Return whether the object exists."""
        return any(item.key == self._key for item in self._store.list(self._bucket, self._key))

    def clear(self) -> None:
        """Delete the object."""
        self._store.delete(self._bucket, [self._key])


def await_query(query: StreamingQuery, writer: BronzeWriter) -> None:
    """Wait until a query ends. Raises the error that stopped the query."""
    try:
        query.awaitTermination()
    except StreamingQueryException:
        # Spark's exception has only the text of the original error.
        if writer.failure is not None:
            raise writer.failure from None
        raise


def run_until_stopped(
    queries: Queries, writer: BronzeWriter, signal: StopSignal, pause: Callable[[float], None] = time.sleep
) -> None:
    """Run both queries until the stop signal is set; each ends after its active micro-batch.

    The files that Spark skips are written before and after, so never while a micro-batch is active.
    """
    while not writer.raw.has_files():
        if signal.is_set():
            signal.clear()
            return
        pause(POLL_SECONDS)
    writer.write_skipped()
    running: list[StreamingQuery] = []
    try:
        for start in (queries.bronze, queries.speed):
            running.append(start())
        while all(query.isActive for query in running) and not signal.is_set():
            pause(POLL_SECONDS)
    finally:
        for query in running:
            _stop(query, pause)
    for query in running:
        await_query(query, writer)
    writer.write_skipped()
    signal.clear()


def _stop(query: StreamingQuery, pause: Callable[[float], None]) -> None:
    waited = 0
    while query.isActive and query.status["isTriggerActive"] and waited < STOP_TIMEOUT_SECONDS:
        pause(1)
        waited += 1
    query.stop()
