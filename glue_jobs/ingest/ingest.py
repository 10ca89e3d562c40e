"""Ingests one table's new files to bronze and quarantine, in one pass, and counts the rows of each file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pyspark.sql import Column, DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from glue_jobs.ingest.isolation import FAILURES, Isolation, seconds_for
from glue_jobs.ingest.landing import LandedFile
from glue_jobs.ingest.reading import read_table
from glue_jobs.ingest.remainder import has_text_after_header
from glue_jobs.ingest.row_counts import RowCounter, RowCounts
from glue_jobs.ingest.staging import REJECTED, Staging
from glue_jobs.ledger.ledger import FileEntry
from glue_jobs.quality.checks import check_rows
from glue_jobs.runtime.frames import small_frame
from glue_jobs.runtime.limits import within
from glue_jobs.runtime.rows import FAILED, RAW_RECORD
from glue_jobs.runtime.schemas import quarantine_schema
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.errors import AccountingError
from lake.files.checks import FILE_EMPTY_OF_RECORDS, FILE_UNREADABLE
from lake.files.parquet import ROWS_PER_FILE
from lake.model.spec import Table

Check = Callable[[DataFrame, Table], DataFrame]
"""Checks a table's rows of text, as `check_rows` does."""

Read = Callable[[SparkSession, ObjectStore, str, Table, Sequence[LandedFile]], DataFrame]
"""Reads a table's files from a bucket as rows of text, the input of `check_rows`."""


@dataclass(frozen=True, kw_only=True)
class IngestContext:
    """One batch: its buckets, the id and time that its rows are stamped with, and its reader of files."""

    spark: SparkSession
    store: ObjectStore
    raw_bucket: str
    processed_bucket: str
    domain: str
    batch_id: str
    ingest_ts: datetime
    read: Read = read_table
    check: Check = check_rows
    rows_per_file: int = ROWS_PER_FILE
    """Maximum number of rows of a bronze file."""

    def rows(self, table: Table, files: Sequence[LandedFile]) -> DataFrame:
        """Read a table's files from the raw bucket as rows of text."""
        return self.read(self.spark, self.store, self.raw_bucket, table, files)


@dataclass(frozen=True, kw_only=True)
class TableReport:
    """The result of ingesting one table: files with their row counts, and row counts per check.

    `rejected` are files that the parser could not read; their quarantine records are not written yet.
    """

    table: str
    files: tuple[FileEntry, ...]
    checks: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    rejected: tuple[FileEntry, ...] = ()

    @property
    def rows_read(self) -> int:
        return sum(file.rows_read for file in self.files)

    @property
    def rows_bronze(self) -> int:
        return sum(file.rows_bronze for file in self.files)

    @property
    def rows_quarantined(self) -> int:
        return sum(file.rows_quarantined for file in self.files)


def ingest(context: IngestContext, table: Table, files: Sequence[LandedFile]) -> TableReport:
    """Read, check and write a table's files.

    If that fails or takes too long, the files are tried one by one: those that fail alone are rejected, the
    others are ingested. A file with text after its header of which no record was read is rejected, too.
    Raises AccountingError if rows went missing.
    """
    try:
        return _ingest_within(context, table, files)
    except FAILURES:
        unreadable = isolation_of(context, table).failing(files)
        if not unreadable:
            raise
    rejected = tuple(
        file.rejected(FILE_UNREADABLE, unreadable[file.key]) for file in files if file.key in unreadable
    )
    readable = [file for file in files if file.key not in unreadable]
    if not readable:
        return TableReport(table=table.name, files=(), rejected=rejected)
    report = _ingest_within(context, table, readable)
    return replace(report, rejected=(*rejected, *report.rejected))


def _ingest_within(context: IngestContext, table: Table, files: Sequence[LandedFile]) -> TableReport:
    """Ingest files within the time that their size allows, and reject those that gave no record."""
    report = within(context.spark, seconds_for(files), lambda: _ingest_readable(context, table, files))
    suspects = {entry.key for entry in report.files if not entry.rows_read}
    empty = {
        file.key: file.rejected(FILE_EMPTY_OF_RECORDS, "the file has text, but no record was read")
        for file in files
        if file.key in suspects and has_text_after_header(context.store, context.raw_bucket, file)
    }
    kept = tuple(entry for entry in report.files if entry.key not in empty)
    return replace(report, files=kept, rejected=(*report.rejected, *empty.values()))


def isolation_of(context: IngestContext, table: Table) -> Isolation:
    """Return the isolation of a table's files: it tries files as they are ingested, and keeps nothing."""

    def attempt(files: Sequence[LandedFile]) -> None:
        staging = _staging(context, table)
        checked = context.check(context.rows(table, files), table)
        staging.stage(checked, _stamps(context), {"rows": F.count(F.lit(1))})
        staging.discard()

    return Isolation(
        spark=context.spark,
        where=f"{context.domain}.{table.name}, batch {context.batch_id}",
        attempt=attempt,
    )


def _staging(context: IngestContext, table: Table) -> Staging:
    return Staging(
        spark=context.spark,
        store=context.store,
        bucket=context.processed_bucket,
        table=table,
        prefix=naming.batch_prefix("bronze", context.domain, table.name, context.batch_id),
        rows_per_file=context.rows_per_file,
    )


def _ingest_readable(context: IngestContext, table: Table, files: Sequence[LandedFile]) -> TableReport:
    counts, staging = _staged(context, table, files)
    if counts.open_lines:
        # Only now is it known that these files have records of several lines: everything is staged again.
        files = [file.with_open_lines() if file.key in counts.open_lines else file for file in files]
        counts, staging = _staged(context, table, files)
    quarantined = counts.rejected.total()
    kept = _write_quarantine(context, table, staging.rejected(), files) if quarantined else 0
    staging.publish()
    if (counts.by_file, kept) != (counts.rows, quarantined) or counts.unknown:
        raise AccountingError(
            f"{counts.rows} rows were read, {counts.by_file} are of known files; {quarantined} of these "
            f"failed a check, {kept} are in quarantine; rows from unknown files: {sorted(counts.unknown)}.",
            where=f"{context.domain}.{table.name}, batch {context.batch_id}",
            hint="The batch was not committed: run the pipeline again.",
        )
    return TableReport(
        table=table.name,
        files=tuple(_with_row_counts(file, counts) for file in files),
        checks=_count_checks(counts, table),
    )


def _staged(context: IngestContext, table: Table, files: Sequence[LandedFile]) -> tuple[RowCounts, Staging]:
    """Read, check and stage the files; return the counts of the staged rows, and the staging."""
    staging = _staging(context, table)
    counter = RowCounter(table, [file.key for file in files], F.col(REJECTED))
    checked = context.check(context.rows(table, files), table)
    observed = staging.stage(checked, _stamps(context), counter.aggregates())
    return counter.counts(observed), staging


def _count_checks(counts: RowCounts, table: Table) -> dict[str, dict[str, int]]:
    """Return check → rows_checked, rows_flagged and rows_quarantined."""
    return {
        name: {
            "rows_checked": counts.rows,
            "rows_flagged": counts.flagged[name],
            "rows_quarantined": counts.quarantined[name],
        }
        for name in table.check_names()
    }


def _with_row_counts(file: LandedFile, counts: RowCounts) -> FileEntry:
    """Return the ledger entry of an ingested file."""
    bronze, quarantined = counts.good[file.key], counts.rejected[file.key]
    return file.entry(rows_read=bronze + quarantined, rows_bronze=bronze, rows_quarantined=quarantined)


def _stamps(context: IngestContext) -> list[Column]:
    return [F.lit(context.ingest_ts).alias("ingest_ts"), F.lit(context.batch_id).alias("batch_id")]


def _write_quarantine(
    context: IngestContext, table: Table, rejected: DataFrame, files: Sequence[LandedFile]
) -> int:
    """Write the records of rejected rows; return how many were written.

    A record is identified by its file, the version of the file's object, and its row.
    """
    versions = small_frame(
        context.spark, [(file.key, file.version) for file in files], "source_file string, _version string"
    )
    parts = ("source_file", "_version", F.col("source_row").cast("string"))
    record_id = F.sha2(F.concat_ws("|", *parts), 256)
    frame = (
        rejected.join(F.broadcast(versions), "source_file", "left")
        .select(
            record_id.alias("record_id"), "source_file", "source_row", RAW_RECORD, FAILED, *_stamps(context)
        )
        .select(*quarantine_schema().names)
    )
    prefix = naming.batch_prefix("quarantine", context.domain, table.name, context.batch_id)
    counted = Observation()
    writer = frame.coalesce(1).observe(counted, F.count(F.lit(1)).alias("rows")).write.mode("overwrite")
    writer.option("maxRecordsPerFile", ROWS_PER_FILE).parquet(
        context.store.url(context.processed_bucket, prefix)
    )
    return int(counted.get["rows"])
