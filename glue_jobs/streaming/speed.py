"""The speed view: running totals of a stream by day, until the batch flow publishes the exact ones.

The rows that bronze has accepted (see `feed`) are deduplicated by key within the watermark and summed by
day and the stream's `totals_by`. Events later than the watermark are left to the batch flow. So are events
ahead of the clock, because they would advance the watermark and make all following events late. A micro-batch
sends the totals that it changed to a SpeedSink.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming.query import StreamingQuery

from glue_jobs.runtime.schemas import bronze_file_schema
from glue_jobs.runtime.session import PARTITIONS, configure
from glue_jobs.streaming.args import StreamArguments, Trigger
from glue_jobs.streaming.bronze import MAX_FILE_AGE
from glue_jobs.streaming.feed import MICRO_BATCH_BYTES
from lake import looks
from lake.errors import DeclarationError
from lake.model.spec import Stream, Table

DAY = "day"
EVENTS = "events"
"""Columns of a total besides the stream's `totals_by` and `totals`: its day and its number of rows."""

STATE_PARTITIONS = 4
"""Number of state partitions, fixed for the life of a checkpoint. Each writes one file per micro-batch
and operator."""

FOLLOW_INTERVAL = looks.interval(looks.FOR_BRONZE)
"""How often a continuous run looks for rows that bronze has accepted. Their feed is short: to list it costs
about $52 a month."""

MAX_CLOCK_SKEW = "1 hour"
"""How far an event's time may lie ahead of the job's clock; later events are left out of the totals."""

NO_DATA = "spark.sql.streaming.noDataMicroBatches.enabled"
"""Whether Spark follows each micro-batch with one without rows, which only removes state that the watermark
has passed. The next micro-batch with rows does so, too."""

Total = Mapping[str, Any]


class SpeedSink(Protocol):
    """Destination of totals."""

    def upsert(self, rows: Sequence[Total]) -> None:
        """Set totals, which is idempotent. Grain: DAY and `totals_by`."""

    def clear(self) -> None:
        """Delete all totals."""

    @property
    def refused(self) -> Mapping[str, str]:
        """Id of each document that its store refuses → the reason; the others are written."""


def running_totals(rows: DataFrame, table: Table) -> DataFrame:
    """Return the totals of a stream of rows of bronze; in update mode, those that a micro-batch changed."""
    stream = _stream_of(table)
    time = F.col(str(table.dated_by)).cast("timestamp").alias("_time")
    used = dict.fromkeys([*table.key, *stream.totals_by, *stream.totals])
    events = (
        rows.select(*used, time)
        .where(F.col("_time") <= F.current_timestamp() + F.expr(f"INTERVAL {MAX_CLOCK_SKEW}"))
        .withWatermark("_time", f"{stream.watermark_hours} hours")
        .dropDuplicatesWithinWatermark([*table.key])
    )
    sums = [F.sum(name).alias(name) for name in stream.totals]
    totals = events.groupBy(F.window("_time", "1 day").alias("_day"), *stream.totals_by).agg(
        F.count(F.lit(1)).alias(EVENTS), *sums
    )
    day = F.to_date("_day.start").alias(DAY)
    return totals.select(day, *stream.totals_by, EVENTS, *stream.totals)


def start_speed(
    spark: SparkSession,
    args: StreamArguments,
    table: Table,
    *,
    url: str,
    checkpoint: str,
    sink: SpeedSink,
    left_out: Collection[str] = (),
) -> StreamingQuery:
    """Start the query that keeps the totals of the feed at `url`.

    The rows of the raw files `left_out` do not count. Files that are gone have been published. A micro-batch
    has MICRO_BATCH_BYTES, or one file that is larger; Spark can limit bytes or files, but not both.
    """
    session = configure(spark.newSession())
    # The session of bronze has the settings of its last micro-batch.
    partitions = min(STATE_PARTITIONS, int(str(session.conf.get(PARTITIONS))))
    session.conf.set(PARTITIONS, str(partitions))
    session.conf.set(NO_DATA, "false")
    rows = (
        session.readStream.schema(bronze_file_schema(table))
        .options(
            maxBytesPerTrigger=str(MICRO_BATCH_BYTES), maxFileAge=MAX_FILE_AGE, ignoreMissingFiles="true"
        )
        .parquet(url)
    )
    if left_out:
        rows = rows.where(~F.col("source_file").isin(*sorted(left_out)))

    def on_batch(totals: DataFrame, _number: int) -> None:
        rows = [row.asDict() for row in totals.collect()]
        if rows:
            sink.upsert(rows)

    writer = running_totals(rows, table).writeStream.outputMode("update").foreachBatch(on_batch)
    writer = writer.option("checkpointLocation", checkpoint)
    if args.trigger is Trigger.CONTINUOUS:
        return writer.trigger(processingTime=FOLLOW_INTERVAL).start()
    return writer.trigger(availableNow=True).start()


def _stream_of(table: Table) -> Stream:
    if table.stream is None or table.dated_by is None:
        raise DeclarationError(table.name, ["a speed view needs a stream with a date"])
    return table.stream
