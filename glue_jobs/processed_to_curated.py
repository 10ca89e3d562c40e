"""Glue job: bronze to silver to gold, for what the pending batches touch."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import SparkSession

from glue_jobs.runtime.accounts import Account
from glue_jobs.runtime.args import JobArguments, job_arguments
from glue_jobs.runtime.curation import Curation
from glue_jobs.runtime.ledger import Ledger
from glue_jobs.runtime.quality_log import write_quality_log, write_reference_log
from glue_jobs.runtime.store import ObjectStore
from glue_jobs.runtime.summary import write_summary
from glue_jobs.runtime.workspace import Published
from lake.discovery import load_domain

JOB = "processed_to_curated"


def run(spark: SparkSession, store: ObjectStore, args: JobArguments, now: datetime) -> dict[str, Any]:
    """Bring silver and gold to where a full refresh over all committed batches would bring them.

    Everything is staged and accounted for before anything is published. Batches count as curated
    once all is published, so a run that dies before that is repeated whole.
    """
    started = time.monotonic()
    domain = load_domain(args.domain)
    ledger = Ledger(store, args.processed_bucket, domain.name)
    view = ledger.view()
    if not (view.pending or (args.full_refresh and view.readable)):
        summary = _summary("NOTHING_TO_DO", {}, [], "Silver and gold hold every batch.")
        write_summary(store, args, JOB, summary, {})
        return summary
    curation = Curation(spark, store, args, domain, view)
    curation.compute()
    published = curation.publish()
    write_quality_log(store, args.curated_bucket, domain.name, view)
    write_reference_log(store, args.curated_bucket, domain.name, args.execution, now, curation.checks)
    batches = [batch.batch_id for batch in view.readable if batch.tables]
    ledger.mark_curated(batches, execution=args.execution, at=now)
    pending = [batch.batch_id for batch in view.pending]
    marts = {mart.name for mart in domain.marts}
    summary = _summary("PUBLISHED", published, pending, _sentence(published, marts))
    summary["marts"] = [
        {"mart": name, "partitions": list(item.partitions)}
        for name, item in published.items()
        if name in marts
    ]
    detail = {
        "seconds": round(time.monotonic() - started, 3),
        "seconds_per_table": curation.seconds,
        "accounting": {table: _totals(book) for table, book in curation.books.items()},
        "checks": curation.checks,
    }
    write_summary(store, args, JOB, summary, detail)
    return summary


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
        "marts": [],
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
