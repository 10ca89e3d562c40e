"""Glue job: bronze to silver to gold, for what the pending batches touch."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import SparkSession

from glue_jobs.curation.accounts import Account
from glue_jobs.curation.compactor import Compacted, compact_streams
from glue_jobs.curation.curation import Curation
from glue_jobs.curation.workspace import Published
from glue_jobs.ledger.holds import Hold
from glue_jobs.ledger.ledger import Ledger, LedgerView
from glue_jobs.ledger.unpublished import note_unpublished
from glue_jobs.quality.log import write_quality_log, write_reference_log
from glue_jobs.quality.stream_gate import held, judge_streams
from glue_jobs.runtime.args import JobArguments, job_arguments
from glue_jobs.runtime.store import ObjectStore
from glue_jobs.runtime.summary import write_summary
from lake.model.discovery import load_domain
from lake.model.spec import Domain

JOB = "processed_to_curated"


def run(spark: SparkSession, store: ObjectStore, args: JobArguments, now: datetime) -> dict[str, Any]:
    """Bring silver and gold to where a full refresh over all committed batches would bring them.

    Everything is staged and accounted for before anything is published. Batches count as curated
    once all is published, so a run that dies before that is repeated whole.
    """
    started = time.monotonic()
    domain = load_domain(args.domain)
    ledger = Ledger(store, args.processed_bucket, domain.name)
    # A stream does not wait for the pipeline: what it brought since the first job is judged as well.
    view, holds = judge_streams(domain, ledger.view(), execution=args.execution, at=now)
    stopped = held(domain.name, holds)
    if not (view.pending or (args.full_refresh and view.readable)):
        summary = _summary("NOTHING_TO_DO", {}, [], " ".join(["Silver and gold hold every batch.", *stopped]))
        _finish(store, args, ledger, summary, {}, holds)
        return summary
    curation = Curation(spark, store, args, domain, view)
    curation.compute()
    _note_streams(ledger, domain, view, args)
    if args.serving:
        # Before, because a partition that is removed is not touched again after a run that has died.
        note_unpublished(store, args, domain, curation.touched())
    published = curation.publish()
    write_quality_log(store, args.curated_bucket, domain.name, view)
    write_reference_log(store, args.curated_bucket, domain.name, args.execution, now, curation.checks)
    done = [batch.batch_id for batch in view.uncurated]
    ledger.mark_curated(done, execution=args.execution, at=now)
    ledger.update_snapshot()
    compacted = _compact(spark, store, args, domain, view, now)
    pending = [batch.batch_id for batch in view.pending]
    marts = {mart.name for mart in domain.marts}
    message = " ".join([_sentence(published, marts), *compacted.failures, *stopped])
    summary = _summary("PUBLISHED", published, pending, message)
    summary["compacted"] = compacted.changed
    detail = {
        "seconds": round(time.monotonic() - started, 3),
        "seconds_per_table": curation.seconds,
        "accounting": {table: _totals(book) for table, book in curation.books.items()},
        "checks": curation.checks,
        "compactions": [asdict(entry) for entry in compacted.entries],
    }
    _finish(store, args, ledger, summary, detail, holds)
    return summary


def _note_streams(ledger: Ledger, domain: Domain, view: LedgerView, args: JobArguments) -> None:
    """What is being published cannot be held any more, not even after this execution has died."""
    batches = [batch.batch_id for table in domain.stream_tables for batch in view.unjudged(table.name)]
    if batches:
        ledger.note_publishing([*batches, *view.publishing], execution=args.execution)


def _compact(
    spark: SparkSession,
    store: ObjectStore,
    args: JobArguments,
    domain: Domain,
    view: LedgerView,
    now: datetime,
) -> Compacted:
    """Merge small files. What is published has to be catalogued and told, whatever comes of this.

    A merge that failed has replaced a month's files or not, and the next run tries again.
    """
    try:
        return compact_streams(spark, store, args, domain, view, now)
    except Exception as error:  # told in the message and the log: nothing that readers see depends on it
        traceback.print_exc()
        reason = str(error).partition("\n")[0]
        return Compacted(changed=True, failures=(f"Small files of streams were not merged: {reason}",))


def _finish(
    store: ObjectStore,
    args: JobArguments,
    ledger: Ledger,
    summary: Mapping[str, Any],
    detail: Mapping[str, Any],
    holds: Iterable[Hold],
) -> None:
    """Say what was done, then hold what was said to be held."""
    write_summary(store, args, JOB, summary, detail)
    for hold in holds:
        ledger.hold(hold)


def _totals(book: Mapping[Any, Account]) -> dict[str, int]:
    return asdict(sum(book.values(), Account()))


def _sentence(published: Mapping[str, Published], marts: set[str]) -> str:
    files = sum(item.files for item in published.values())
    gold = sum(1 for name in published if name in marts)
    return f"{len(published) - gold} silver tables and {gold} marts, {files} files."


def _summary(
    status: str, published: Mapping[str, Published], batches: list[str], message: str
) -> dict[str, Any]:
    return {
        "status": status,
        "new_partitions": any(item.new_partitions for item in published.values()),
        "batches": batches,
        "message": message,
        "tables": {
            name: {"rows": item.rows, "files": item.files, "partitions": list(item.partitions)}
            for name, item in sorted(published.items())
        },
        "compacted": False,
    }


def main() -> None:
    """Entry point on Glue."""
    import boto3
    from awsglue.context import GlueContext
    from awsglue.job import Job
    from pyspark import SparkContext

    from glue_jobs.runtime.session import configure
    from glue_jobs.runtime.store import S3Store

    args = job_arguments()
    glue = GlueContext(SparkContext.getOrCreate())
    job = Job(glue)
    job.init(args.job_name, {})
    summary = run(configure(glue.spark_session), S3Store(boto3.client("s3")), args, datetime.now(UTC))
    print(summary["message"], file=sys.stderr)
    job.commit()


if __name__ == "__main__":
    main()
