"""Glue job: ingests all raw files that the ledger lacks to bronze and quarantine, as one batch.

The rows of streams are in bronze already; this job applies the quality gate to them before they are
published.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import SparkSession

from glue_jobs.catalog.glue import GlueCatalog
from glue_jobs.catalog.partitions import Catalog
from glue_jobs.catalog.registration import register_batch
from glue_jobs.curation.leftovers import remove_leftovers
from glue_jobs.ingest.ingest import IngestContext, TableReport, ingest, isolation_of
from glue_jobs.ingest.isolation import reject_suspects
from glue_jobs.ingest.landing import Landing, find_new
from glue_jobs.ingest.outside import OUTSIDE_NAMED, outside_domains, outside_messages
from glue_jobs.ingest.overwritten import overwritten_in, overwritten_messages
from glue_jobs.ingest.quarantine_files import quarantine_files
from glue_jobs.ingest.reading import one_file_per_task
from glue_jobs.ingest.uncommitted import remove_uncommitted
from glue_jobs.ingest.withdrawn_rows import follow_withdrawals
from glue_jobs.ledger.attempts import Attempts
from glue_jobs.ledger.holds import Hold
from glue_jobs.ledger.ledger import Batch, FileEntry, Ledger, LedgerView
from glue_jobs.models.choice import is_any_due
from glue_jobs.quality.gate import GateFailure, evaluate, rejection_message
from glue_jobs.quality.log import checks_on_arrival, with_file_checks
from glue_jobs.quality.metrics import put_metrics
from glue_jobs.quality.stream_gate import evaluate_streams, hold_messages, open_hold_messages
from glue_jobs.reingest.messages import older_messages
from glue_jobs.reingest.reingest import Reingested, reingest
from glue_jobs.runtime.args import Bookmark, JobArguments, job_arguments
from glue_jobs.runtime.session import choose_settings
from glue_jobs.runtime.store import ObjectStore
from glue_jobs.runtime.summary import predicted_cost, write_summary
from lake import naming
from lake.files.rules import READING_RULES
from lake.model.discovery import load_domain
from lake.model.spec import Domain
from lake.naming import BatchStatus, FileStatus, RunStatus

JOB = "raw_to_processed"
TABLES_AT_ONCE = 3


def run(
    spark: SparkSession, store: ObjectStore, catalog: Catalog, args: JobArguments, now: datetime
) -> dict[str, Any]:
    """Ingest one batch of the domain, register its partitions, write the run summary and return it.

    The ledger entry is the commit. A run that dies before writing it leaves only directories that readers
    ignore and the next run removes. Raises AccountingError if rows went missing.
    """
    started = time.monotonic()
    domain = load_domain(args.domain)
    ledger = Ledger(store, args.ledger_bucket, domain.name)
    view = ledger.view()
    # No other run writes batches of drops, because this run holds the domain's lease.
    own = (*(table.name for table in domain.csv_tables), naming.UNRECOGNISED)
    remove_uncommitted(store, catalog, args.processed_bucket, domain, own, view)
    streams = [table.name for table in domain.stream_tables]
    remove_uncommitted(
        store, catalog, args.processed_bucket, domain, streams, view,
        is_own=lambda batch_id: naming.is_reread(batch_id) or batch_id in view.retired,
    )  # fmt: skip
    for name in streams:
        remove_leftovers(store, catalog, args, domain, name)
    landing = find_new(store, args.raw_bucket, domain, view, args.bookmark)
    ingested = None
    if not landing.is_empty:
        choose_settings(spark, landing.size)
        ingested = _ingest(spark, store, args, domain, landing, now)
        if args.bookmark is not Bookmark.PAUSE:
            ledger.commit(ingested.batch)
            names = {file.table for file in ingested.batch.files}
            register_batch(catalog, store, args.processed_bucket, domain, ingested.batch.batch_id, names)
            view = replace(view, batches=(*view.batches, ingested.batch))
    if view.to_reread or view.decisions:
        choose_settings(spark, view.size)
    again = Reingested()
    if args.bookmark is Bookmark.ENABLE:
        again = reingest(spark, store, catalog, args, domain, ledger, view, now)
        view = replace(view, batches=(*view.batches, *again.batches))
    if args.bookmark is not Bookmark.PAUSE:
        follow_withdrawals(spark, store, catalog, args, domain, view)
    view, holds = evaluate_streams(domain, view, execution=args.execution, at=now)
    outside = outside_domains(store, args.raw_bucket)
    models_change = bool(view.readable) and is_any_due(store, args.ledger_bucket, domain)
    summary = _summary(ingested, again, view, holds, args, outside, models_change)
    detail = _detail(ingested) if ingested else {}
    summary |= predicted_cost(args, time.monotonic() - started)
    write_summary(store, args, JOB, summary, detail)
    if args.bookmark is not Bookmark.PAUSE:
        for hold in holds:
            ledger.hold(hold)
    return summary


@dataclass(frozen=True, kw_only=True)
class _Ingested:
    """The result of ingesting the new files: the batch, a report per table, and the run's message."""

    batch: Batch
    reports: Sequence[TableReport]
    message: str


def _ingest(
    spark: SparkSession,
    store: ObjectStore,
    args: JobArguments,
    domain: Domain,
    landing: Landing,
    now: datetime,
) -> _Ingested:
    """Write bronze and quarantine of the new files; the caller commits the batch."""
    batch_id = naming.batch_id(now)
    context = IngestContext(
        spark=spark, store=store, raw_bucket=args.raw_bucket, processed_bucket=args.processed_bucket,
        domain=domain.name, batch_id=batch_id, ingest_ts=now,
    )  # fmt: skip
    attempts = Attempts(store, args.ledger_bucket, domain.name, naming.DROPS)
    reports, unreadable = _ingest_all(context, domain, landing, attempts)
    rejected = quarantine_files(context, [*landing.rejected, *unreadable], landing.heads)
    failures = _gate_failures(domain, reports)
    files = (*(file for report in reports for file in report.files), *rejected, *landing.duplicates)
    checks = {
        report.table: checks_on_arrival(domain.table(report.table), report.checks) for report in reports
    }
    batch = Batch(
        batch_id=batch_id,
        domain=domain.name,
        execution=args.execution,
        status=BatchStatus.REJECTED if failures else BatchStatus.COMMITTED,
        committed_at=now.astimezone(UTC).isoformat(),
        files=files,
        tables=tuple(report.table for report in reports if report.rows_bronze),
        checks=with_file_checks(checks, files),
        rules=READING_RULES,
    )
    message = rejection_message(domain.name, batch_id, failures) if failures else _batch_message(batch)
    return _Ingested(batch=batch, reports=reports, message=message)


def _ingest_all(
    context: IngestContext, domain: Domain, landing: Landing, attempts: Attempts
) -> tuple[list[TableReport], list[FileEntry]]:
    """Ingest all files that can be read; return the tables' reports, and the entries of the other files."""
    with one_file_per_task(context.spark):
        suspects = list(
            reject_suspects(attempts, landing.files, lambda file: isolation_of(context, file.table))
        )
    landing = landing.without({entry.key for entry in suspects})
    attempts.begin((file.key, file.version) for file in landing.files)
    tables = [table for table in domain.csv_tables if landing.of(table)]
    # The largest tables first: the one that takes longest decides when all are done.
    tables.sort(key=lambda table: -sum(file.size for file in landing.of(table)))
    with one_file_per_task(context.spark), ThreadPoolExecutor(TABLES_AT_ONCE) as pool:
        reports = list(pool.map(lambda table: ingest(context, table, landing.of(table)), tables))
    attempts.end()
    return reports, [*suspects, *(entry for report in reports for entry in report.rejected)]


def _gate_failures(domain: Domain, reports: Sequence[TableReport]) -> list[GateFailure]:
    """Return the tables for which the quality gate rejects the batch."""
    verdicts = (
        evaluate(domain.table(report.table), report.rows_read, report.rows_quarantined, report.checks)
        for report in reports
    )
    return [verdict for verdict in verdicts if verdict is not None]


def _batch_message(batch: Batch) -> str:
    read = sum(file.rows_read for file in batch.files)
    quarantined = sum(file.rows_quarantined for file in batch.files)
    return f"Batch {batch.batch_id}: {len(batch.files)} files, {read} rows, {quarantined} quarantined."


def _summary(
    ingested: _Ingested | None,
    again: Reingested,
    view: LedgerView,
    holds: Sequence[Hold],
    args: JobArguments,
    outside: Sequence[str],
    models_change: bool,
) -> dict[str, Any]:
    """Return the run summary.

    `proceed` is set if silver and gold lack a readable batch or a decision on a file, or if gold is not on
    the promoted version of a model. `status` is REJECTED if the batch is rejected, or if the gate has held a
    stream and there is nothing else to publish.
    """
    batch = ingested.batch if ingested else None
    reports = ingested.reports if ingested else ()
    files: tuple[FileEntry, ...] = batch.files if batch else ()
    status = RunStatus.NOTHING_NEW
    if batch is not None:
        is_rejected = batch.status == BatchStatus.REJECTED
        status = RunStatus.REJECTED if is_rejected else RunStatus.COMMITTED
    proceeds = view.needs_publication or models_change
    if holds and not (proceeds or args.full_refresh):
        status = RunStatus.REJECTED
    first = ingested.message if ingested else "There are no new files."
    older = view.older_than(READING_RULES)
    overwritten = overwritten_in(view, batch)
    messages = [
        first, *again.messages, *older_messages(older, args.domain), *hold_messages(args.domain, holds),
        *open_hold_messages(view, holds), *outside_messages(outside), *overwritten_messages(overwritten),
    ]  # fmt: skip
    return {
        "status": status,
        "proceed": proceeds,
        "new_partitions": bool(again.batches) or any(report.rows_read for report in reports),
        "batch_id": batch.batch_id if batch else None,
        "files": len(files),
        "rows_read": sum(file.rows_read for file in files),
        "rows_bronze": sum(file.rows_bronze for file in files),
        "rows_quarantined": sum(file.rows_quarantined for file in files),
        "message": " ".join(messages),
        "read_again": {batch.batch_id: batch.replaces[-1] for batch in again.batches},
        "outside": list(outside[:OUTSIDE_NAMED]),
        "overwritten_files": overwritten,
        "older_rules": [batch.batch_id for batch in older],
        "tables": {report.table: _table_summary(report) for report in reports},
        "held": [{"hold": hold.hold_id, "table": hold.table, "batches": len(hold.batches)} for hold in holds],
        "rejected_files": [
            {"file": file.key, "reason": file.reason} for file in files if file.status == FileStatus.REJECTED
        ],
        "drift": [drift for file in files if (drift := _drift(file))],
    }


def _table_summary(report: TableReport) -> dict[str, int]:
    return {
        "rows_read": report.rows_read,
        "rows_bronze": report.rows_bronze,
        "rows_quarantined": report.rows_quarantined,
        "files": len(report.files),
    }


def _drift(file: FileEntry) -> Mapping[str, Any] | None:
    """Return a file's missing and undeclared columns; None if it has neither."""
    if file.status != FileStatus.INGESTED or not (file.missing_columns or file.undeclared_columns):
        return None
    return {"file": file.key, "missing": file.missing_columns, "undeclared": file.undeclared_columns}


def _detail(ingested: _Ingested) -> dict[str, Any]:
    return {
        "accounting": [
            {
                "file": file.key,
                "table": file.table,
                "status": file.status,
                "reason": file.reason,
                "rows_read": file.rows_read,
                "rows_bronze": file.rows_bronze,
                "rows_quarantined": file.rows_quarantined,
            }
            for file in ingested.batch.files
        ],
        "checks": {report.table: report.checks for report in ingested.reports},
    }


def main() -> None:
    """Run the job on Glue."""
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
    catalog = GlueCatalog(boto3.client("glue"), env=args.env, domain=args.domain)
    summary = run(configure(glue.spark_session), S3Store.connect(), catalog, args, datetime.now(UTC))
    print(summary["message"], file=sys.stderr)
    put_metrics(boto3.client("cloudwatch"), args.env, args.domain, summary["tables"])
    job.commit()


if __name__ == "__main__":
    main()
