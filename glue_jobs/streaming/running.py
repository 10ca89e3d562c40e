"""How a run of a stream ends: with its last file, or when it is asked to."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from pyspark.errors import StreamingQueryException
from pyspark.sql.streaming.query import StreamingQuery

from glue_jobs.runtime.store import ObjectStore
from glue_jobs.streaming.bronze import BronzeWriter
from lake import naming

ASKED_EVERY = 5
"""Seconds between two looks at the stop sign."""

LAST_BATCH = 600
"""Seconds that the micro-batch on its way has to end in, once the stream is asked to stop."""


@dataclass(frozen=True)
class Queries:
    """Starts the two queries of a stream."""

    bronze: Callable[[], StreamingQuery]
    speed: Callable[[], StreamingQuery]


class StopSign:
    """An object that whoever wants a continuous stream to end puts into the processed bucket."""

    def __init__(self, store: ObjectStore, bucket: str, domain: str, table: str) -> None:
        self._store = store
        self._bucket = bucket
        self._key = naming.stop_key(domain, table)

    def is_up(self) -> bool:
        return any(item.key == self._key for item in self._store.list(self._bucket, self._key))

    def take_down(self) -> None:
        self._store.delete(self._bucket, [self._key])


def run_to_the_end(query: StreamingQuery, writer: BronzeWriter) -> None:
    """Wait until a query has taken all that is there. Raises what stopped it."""
    try:
        query.awaitTermination()
    except StreamingQueryException:
        # Spark tells of an error in words; what was raised is better.
        if writer.failure is not None:
            raise writer.failure from None
        raise


def run_until_asked(
    queries: Queries, writer: BronzeWriter, sign: StopSign, pause: Callable[[float], None] = time.sleep
) -> None:
    """Run both queries until the sign is up; each ends after the micro-batch that is on its way.

    What Spark passes over is brought in before and after: never beside a micro-batch.
    """
    while not writer.raw.exist():
        if sign.is_up():
            sign.take_down()
            return
        pause(ASKED_EVERY)
    writer.write_hidden()
    running: list[StreamingQuery] = []
    try:
        for start in (queries.bronze, queries.speed):
            running.append(start())
        while all(query.isActive for query in running) and not sign.is_up():
            pause(ASKED_EVERY)
    finally:
        for query in running:
            _stop(query, pause)
    for query in running:
        run_to_the_end(query, writer)
    writer.write_hidden()
    sign.take_down()


def _stop(query: StreamingQuery, pause: Callable[[float], None]) -> None:
    waited = 0
    while query.isActive and query.status["isTriggerActive"] and waited < LAST_BATCH:
        pause(1)
        waited += 1
    query.stop()
