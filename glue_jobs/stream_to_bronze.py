"""Glue streaming job: write a stream's raw files to bronze and its running totals to the speed view."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from glue_jobs.catalog.glue import GlueCatalog
from glue_jobs.catalog.partitions import Catalog
from glue_jobs.ingest.uncommitted import remove_uncommitted
from glue_jobs.ledger.ledger import Ledger, LedgerView
from glue_jobs.runs.log import Run, write_run
from glue_jobs.runtime.store import ObjectStore
from glue_jobs.runtime.summary import predicted_cost, write_summary
from glue_jobs.streaming.args import StreamArguments, Trigger, stream_arguments
from glue_jobs.streaming.bronze import BronzeWriter
from glue_jobs.streaming.feed import Feed
from glue_jobs.streaming.files import BRONZE_BYTES, RawFiles
from glue_jobs.streaming.generation import Generations
from glue_jobs.streaming.report import detail_of, summarise
from glue_jobs.streaming.running import Queries, StopSignal, await_query, run_until_stopped
from glue_jobs.streaming.sinks import SpeedFiles
from glue_jobs.streaming.speed import SpeedSink, start_speed
from glue_jobs.streaming.speed_checkpoint import SpeedCheckpoint
from lake import naming
from lake.errors import UnknownNameError
from lake.model.discovery import load_domain
from lake.model.spec import Domain, Table
from lake.naming import RunOutcome

JOB = "stream_to_bronze"

SinkFactory = Callable[[SpeedFiles, Domain, Table], SpeedSink]
"""Make the sink of the speed view from the files that keep its totals."""


def run(
    spark: SparkSession,
    store: ObjectStore,
    catalog: Catalog,
    args: StreamArguments,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    make_sink: SinkFactory = lambda files, _domain, _table: files,
) -> dict[str, Any]:
    """Write one stream table's new files to bronze, update the speed view, and return the run's summary.

    Raises CheckpointError if the checkpoint is missing or damaged. An error in a micro-batch is
    raised as it is; the next run resumes at that micro-batch. Only one run per table may be active.
    """
    started, started_at = time.monotonic(), now()
    domain = load_domain(args.job.domain)
    table = _stream_table(domain, args.table)
    bucket = args.job.processed_bucket
    view = Ledger(store, args.job.ledger_bucket, domain.name).view()
    generations = Generations(store, args.job, table.name)
    generation = generations.current(view, now=now(), new=args.new_generation)
    # Only one run of a stream is active at a time.
    remove_uncommitted(store, catalog, bucket, domain, [table.name], view, is_own=_is_own)
    feed = Feed(store, bucket, domain.name, table.name)
    feed.begin(view, generation.number)
    raw = RawFiles(store, args.job.raw_bucket, domain, table)
    max_files = raw.files_per_batch(args.max_files, BRONZE_BYTES, view.seen)
    writer = BronzeWriter(
        spark=spark, store=store, catalog=catalog, raw=raw, args=replace(args, max_files=max_files),
        domain=domain, table=table, generation=generation, view=view, now=now,
    )  # fmt: skip
    files = SpeedFiles(store, bucket, domain.name, table)
    checkpoints = SpeedCheckpoint(store, bucket, domain.name, table.name, generation.number)
    left_out = _withdrawn(view, table)
    sinks: list[SpeedSink] = []

    def speed() -> StreamingQuery:
        sink = make_sink(files, domain, table)
        sinks.append(sink)
        checkpoint = checkpoints.current(left_out) or checkpoints.begin(left_out, now(), sink.clear)
        return start_speed(
            spark, args, table, url=feed.url, checkpoint=checkpoint, sink=sink, left_out=left_out
        )

    queries = Queries(bronze=lambda: writer.start(generations.checkpoint(generation)), speed=speed)
    seconds: dict[str, float] = {}
    if args.trigger is Trigger.CONTINUOUS:
        run_until_stopped(queries, writer, StopSignal(store, bucket, domain.name, table.name))
    elif raw.has_files():
        await_query(queries.bronze(), writer)
        writer.write_skipped()
        seconds["bronze"] = round(time.monotonic() - started, 3)
        await_query(queries.speed(), writer)
    seconds["all"] = round(time.monotonic() - started, 3)
    refused = {name: reason for sink in sinks for name, reason in sink.refused.items()}
    summary = summarise(args, generation, writer.committed, seconds, refused)
    summary["predicted_usd"] = predicted_cost(args.job, seconds["all"])["predicted_usd"]
    write_summary(store, args.job, JOB, summary, detail_of(writer.committed))
    if writer.committed:
        _log(store, args, started_at, now(), summary)
    return summary


def _log(
    store: ObjectStore,
    args: StreamArguments,
    started_at: datetime,
    ended_at: datetime,
    summary: Mapping[str, Any],
) -> None:
    """Add the run to the log of runs. The next execution of the pipeline registers a new partition."""
    run = Run(
        run_id=args.job.execution,
        flow=args.table,
        started_at=started_at,
        ended_at=ended_at,
        status=RunOutcome.PARTIAL if summary["refused_documents"] else RunOutcome.OK,
    )
    write_run(store, args.job.curated_bucket, args.job.domain, run, [summary], summary)


def _withdrawn(view: LedgerView, table: Table) -> frozenset[str]:
    """Return the keys of the table's withdrawn files."""
    return frozenset(
        file.key
        for batch in view.batches
        for file in batch.files
        if file.table == table.name and file.key in view.withdrawn
    )


def _is_own(batch_id: str) -> bool:
    """Return whether this job writes the batch. The batch flow writes those that are read again."""
    return naming.is_stream_batch(batch_id) and not naming.is_reread(batch_id)


def _stream_table(domain: Domain, name: str) -> Table:
    for table in domain.stream_tables:
        if table.name == name:
            return table
    raise UnknownNameError("stream table", name, [table.name for table in domain.stream_tables])


def main() -> None:
    """Run the job on Glue."""
    import boto3
    from awsglue.context import GlueContext
    from awsglue.job import Job
    from pyspark import SparkContext

    from glue_jobs.quality.metrics import put_metrics
    from glue_jobs.runtime.session import configure
    from glue_jobs.runtime.store import S3Store
    from glue_jobs.streaming.serving import secret_text, serving_sink

    args = stream_arguments()
    glue = GlueContext(SparkContext.getOrCreate())
    job = Job(glue)
    job.init(args.job.job_name, {})
    store = S3Store.connect()
    secrets = boto3.client("secretsmanager")
    make_sink = serving_sink(args, partial(secret_text, secrets))
    catalog = GlueCatalog(boto3.client("glue"), env=args.job.env, domain=args.job.domain)
    summary = run(configure(glue.spark_session), store, catalog, args, make_sink=make_sink)
    print(summary["message"], file=sys.stderr)
    put_metrics(boto3.client("cloudwatch"), args.job.env, args.job.domain, summary["tables"])
    job.commit()


if __name__ == "__main__":
    main()
