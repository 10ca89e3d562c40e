"""The speed view: running totals of a stream's days, before the batch flow has the truth.

Rows that pass the checks, once per key within the watermark, are summed by day and the stream's
`totals_by`. What comes later than the watermark is left to the batch flow, and so is what lies ahead
of the clock: it would carry the watermark along, and all that comes after it would be late. A
micro-batch sends the totals that it changed to a SpeedSink.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming.query import StreamingQuery

from glue_jobs.quality.checks import check_rows
from glue_jobs.runtime.rows import FAILED
from glue_jobs.runtime.session import configure
from glue_jobs.streaming.args import StreamArguments, Trigger
from glue_jobs.streaming.bronze import FOREVER, PAUSE
from glue_jobs.streaming.json_lines import VALUE, is_record, parse_lines
from lake.errors import DeclarationError
from lake.model.spec import Stream, Table

DAY = "day"
EVENTS = "events"
"""Columns of a total beside the stream's `totals_by` and `totals`: its day, and how many rows it sums."""

STATE_PARTITIONS = 4
"""Fixed for the life of a checkpoint; each costs a file per micro-batch and operator."""

AHEAD = "1 hour"
"""How far clocks may differ: an event that lies further ahead is none of the open days'."""

LEFT_OUT = ",".join(
    f"org.apache.spark.sql.catalyst.optimizer.{rule}"
    for rule in ("PushDownPredicates", "PushPredicateThroughNonJoin")
)
"""Optimizer rules that would copy the parsing of a line into every check that the filter asks for."""

Total = Mapping[str, Any]


class SpeedSink(Protocol):
    """Where totals go."""

    def upsert(self, rows: Sequence[Total]) -> None:
        """Set these totals; setting them again changes nothing. Grain: DAY and `totals_by`."""


def running_totals(lines: DataFrame, table: Table) -> DataFrame:
    """In: a stream of lines (VALUE). Out: in update mode, the totals that a micro-batch changed."""
    stream = _declared(table)
    time = F.col(str(table.dated_by)).cast("timestamp").alias("_time")
    records = lines.where(is_record()).select(
        VALUE, F.lit("").alias("source_file"), F.lit(0).cast("bigint").alias("source_row")
    )
    good = check_rows(parse_lines(records, table), table).where(F.size(FAILED) == 0)
    used = dict.fromkeys([*table.key, *stream.totals_by, *stream.totals])
    events = (
        good.select(*used, time)
        .where(F.col("_time") <= F.current_timestamp() + F.expr(f"INTERVAL {AHEAD}"))
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
    spark: SparkSession, args: StreamArguments, table: Table, *, url: str, checkpoint: str, sink: SpeedSink
) -> StreamingQuery:
    """Start the query that keeps the totals. It passes over a damaged file: bronze tells of that."""
    session = configure(spark.newSession())
    partitions = min(STATE_PARTITIONS, int(str(spark.conf.get("spark.sql.shuffle.partitions"))))
    session.conf.set("spark.sql.shuffle.partitions", str(partitions))
    session.conf.set("spark.sql.optimizer.excludedRules", LEFT_OUT)
    lines = session.readStream.options(
        recursiveFileLookup="true",
        maxFilesPerTrigger=str(args.max_files),
        maxFileAge=FOREVER,
        ignoreCorruptFiles="true",
    ).text(url)

    def on_batch(totals: DataFrame, _number: int) -> None:
        rows = [row.asDict() for row in totals.collect()]
        if rows:
            sink.upsert(rows)

    writer = running_totals(lines, table).writeStream.outputMode("update").foreachBatch(on_batch)
    writer = writer.option("checkpointLocation", checkpoint)
    if args.trigger is Trigger.CONTINUOUS:
        return writer.trigger(processingTime=PAUSE).start()
    return writer.trigger(availableNow=True).start()


def _declared(table: Table) -> Stream:
    if table.stream is None or table.dated_by is None:
        raise DeclarationError(table.name, ["a speed view needs a stream with a date"])
    return table.stream
