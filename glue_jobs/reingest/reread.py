"""Reads the files of a batch from raw again, into a batch that takes its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

from pyspark.sql import SparkSession

from glue_jobs.ingest.ingest import IngestContext, TableReport, ingest, isolation_of
from glue_jobs.ingest.isolation import reject_suspects
from glue_jobs.ingest.landing import HEAD_THREADS, Examined, LandedFile, Landing, examiner
from glue_jobs.ingest.quarantine_files import quarantine_files
from glue_jobs.ingest.reading import one_file_per_task, read_table
from glue_jobs.ingest.upload_metadata import arrival
from glue_jobs.ledger.attempts import Attempts
from glue_jobs.ledger.entries import Batch, FileEntry
from glue_jobs.quality.gate import GateFailure, evaluate
from glue_jobs.quality.log import checks_on_arrival, with_file_checks
from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.store import Listed, ObjectStore
from glue_jobs.streaming.json_lines import read_json_lines
from lake import naming
from lake.errors import CaudalError
from lake.files.recognition import Problem
from lake.files.rules import READING_RULES
from lake.model.spec import Domain, Table
from lake.naming import BatchStatus, FileStatus


class MissingBytesError(CaudalError):
    """Raw no longer has the bytes that a batch was read from."""


def reread(
    spark: SparkSession, store: ObjectStore, args: JobArguments, domain: Domain, old: Batch, now: datetime
) -> Batch:
    """Write bronze and quarantine of a batch's files anew; return the new batch, which the caller commits.

    Files keep their ranks, and files that were skipped as copies stay skipped. Of a rejected file the reader
    decides anew. Raises MissingBytesError if raw no longer has the bytes that it was read from: the batch
    then stays as it is.
    """
    batch_id = naming.reread_batch_id(old.batch_id, now)
    copies = [file for file in old.files if file.status == FileStatus.DUPLICATE]
    others = [file for file in old.files if file.status != FileStatus.DUPLICATE]
    with ThreadPoolExecutor(HEAD_THREADS) as pool:
        listed = list(pool.map(lambda file: _same_object(store, args.raw_bucket, old, file), others))
        examined = list(pool.map(examiner(store, args.raw_bucket, domain, {}), listed))
    landing = _classified(others, examined)

    def context(table: Table) -> IngestContext:
        return IngestContext(
            spark=spark, store=store, raw_bucket=args.raw_bucket, processed_bucket=args.processed_bucket,
            domain=domain.name, batch_id=batch_id, ingest_ts=now,
            read=read_json_lines if table.stream else read_table,
        )  # fmt: skip

    attempts = Attempts(store, args.ledger_bucket, domain.name, naming.REREAD)
    with one_file_per_task(spark):
        suspects = list(
            reject_suspects(
                attempts, landing.files, lambda file: isolation_of(context(file.table), file.table)
            )
        )
        readable = landing.without({entry.key for entry in suspects})
        attempts.begin((file.key, file.version) for file in readable.files)
        reports = [
            ingest(context(table), table, files) for table in domain.tables if (files := readable.of(table))
        ]
    attempts.end()
    unreadable = [*suspects, *(entry for report in reports for entry in report.rejected)]
    rejected = quarantine_files(context(domain.tables[0]), [*landing.rejected, *unreadable], landing.heads)
    entries = (*(entry for report in reports for entry in report.files), *rejected, *copies)
    checks = {
        report.table: checks_on_arrival(domain.table(report.table), report.checks)
        for report in reports
        if report.checks
    }
    return Batch(
        batch_id=batch_id,
        domain=domain.name,
        execution=args.execution,
        status=BatchStatus.REJECTED if any(_failures(domain, reports)) else BatchStatus.COMMITTED,
        committed_at=now.astimezone(UTC).isoformat(),
        files=entries,
        tables=tuple(report.table for report in reports if report.rows_bronze),
        checks=with_file_checks(checks, entries),
        rules=READING_RULES,
        replaces=(*old.replaces, old.batch_id),
    )


def _failures(domain: Domain, reports: Sequence[TableReport]) -> Iterator[GateFailure]:
    """Yield the verdicts of the gate on the tables of drops. Streams have a gate of their own."""
    for report in reports:
        table = domain.table(report.table)
        failure = evaluate(table, report.rows_read, report.rows_quarantined, report.checks)
        if failure is not None and table.stream is None:
            yield failure


def _classified(files: Sequence[FileEntry], examined: Sequence[Examined]) -> Landing:
    """Divide files into those to read and rejected ones; all keep their versions and ranks."""
    landed: list[LandedFile] = []
    rejected: list[FileEntry] = []
    heads: dict[str, bytes] = {}
    for file, found in zip(files, examined, strict=True):
        recognised, table = found.recognised, found.recognised.table
        is_empty_stream = recognised.is_stream and recognised.problem is Problem.EMPTY
        if table is not None and (recognised.problem is None or is_empty_stream):
            landed.append(
                LandedFile(
                    key=file.key, version=file.version, size=file.size, sha256=file.sha256, rank=file.rank,
                    arrived=arrival(found.head), recognised=recognised, table=table,
                    requeued=found.is_requeued,
                )
            )  # fmt: skip
            continue
        # A check that the listing decides, such as that of a nested key, is not evaluated again.
        reason = f"{recognised.check}: {recognised.reason}" if recognised.problem else file.reason
        check = recognised.check or file.check
        rejected.append(replace(file, status=FileStatus.REJECTED, check=check, reason=reason, rows_bronze=0))
        heads[file.key] = found.head.body
    return Landing(files=tuple(landed), rejected=tuple(rejected), duplicates=(), heads=heads)


def _same_object(store: ObjectStore, bucket: str, batch: Batch, file: FileEntry) -> Listed:
    """Return the object that a file of a batch was read from."""
    found = next((item for item in store.list(bucket, file.key) if item.key == file.key), None)
    if found is None or found.etag.strip('"') != file.version.partition("@")[0]:
        what = "no longer exists" if found is None else "was overwritten"
        raise MissingBytesError(
            f"batch {batch.batch_id} cannot be read again: a raw object {what}.",
            where=f"s3://{bucket}/{file.key}",
            hint="Restore the bytes that the batch was read from, or leave the batch as it is.",
        )
    return found
