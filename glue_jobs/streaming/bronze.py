"""Write a stream's micro-batches to bronze and quarantine, each as one batch of ledger and catalog.

Spark's stream only lists the files of a micro-batch. The writer reads them like the files of a drop,
so that one damaged file is rejected by itself. A repeated micro-batch is skipped if the ledger has
its batch; otherwise the files that a killed run left are deleted and written again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from glue_jobs.catalog.partitions import Catalog
from glue_jobs.catalog.registration import register_batch
from glue_jobs.ingest.ingest import IngestContext, TableReport, ingest, isolation_of
from glue_jobs.ingest.isolation import reject_suspects
from glue_jobs.ingest.landing import Landing
from glue_jobs.ingest.quarantine_files import quarantine_files
from glue_jobs.ingest.reading import one_file_per_task, source_path
from glue_jobs.ledger.attempts import Attempts
from glue_jobs.ledger.ledger import Batch, FileEntry, Ledger, LedgerView, version_of
from glue_jobs.quality.checks import check_steps
from glue_jobs.quality.log import checks_on_arrival, with_file_checks
from glue_jobs.runtime.session import choose_settings
from glue_jobs.runtime.steps import Steps, in_steps
from glue_jobs.runtime.store import Listed, ObjectStore, at_once
from glue_jobs.streaming.args import StreamArguments, Trigger
from glue_jobs.streaming.feed import ROWS_PER_FILE, Feed
from glue_jobs.streaming.files import RawFiles
from glue_jobs.streaming.generation import CheckpointError, Generation
from glue_jobs.streaming.json_lines import parse_steps, read_json_lines
from lake import looks, naming
from lake.files.rules import READING_RULES
from lake.files.sizes import unpacked_bytes
from lake.model.spec import Domain, Table
from lake.naming import BatchStatus

MAX_FILE_AGE = "36500d"
"""Spark's `maxFileAge`: effectively none. With Spark's default of a week, late files would be ignored."""

POLL_INTERVAL = looks.interval(looks.FOR_FILES)
"""How often a continuous stream checks for new files. It lists all raw files of the stream, which costs about
$26 a month for each thousand of them."""

_FILES = "path string, modificationTime timestamp, length bigint, content binary"


@dataclass(frozen=True)
class CommittedBatch:
    """A committed micro-batch: its batch in the ledger, its report with counts by check, its duration.

    `overwritten` are the keys of which an earlier version was read before.
    """

    batch: Batch
    report: TableReport
    seconds: float
    overwritten: tuple[str, ...] = ()


@dataclass(kw_only=True)
class BronzeWriter:
    """Writer that commits micro-batches.

    `committed` are the micro-batches of this run. `failure` is the error that stopped the writer:
    Spark passes on only the text of an error.
    """

    spark: SparkSession
    store: ObjectStore
    catalog: Catalog
    raw: RawFiles
    args: StreamArguments
    domain: Domain
    table: Table
    generation: Generation
    view: LedgerView
    now: Callable[[], datetime]
    committed: list[CommittedBatch] = field(default_factory=list)
    failure: BaseException | None = None

    def __post_init__(self) -> None:
        job = self.args.job
        self._ledger = Ledger(self.store, job.ledger_bucket, self.domain.name)
        self._feed = Feed(self.store, job.processed_bucket, self.domain.name, self.table.name)
        self._seen = set(self.view.seen)
        self._known_keys = {key for key, _ in self._seen}
        self._committed_ids = {batch.batch_id for batch in self.view.batches}

    @cached_property
    def _parsing(self) -> Steps:
        return parse_steps(self.table)

    @cached_property
    def _checking(self) -> Steps:
        return check_steps(self.table)

    def start(self, checkpoint: str) -> StreamingQuery:
        """Start the query that lists new files and writes them; Spark's source itself reads no content."""
        # The query keeps the settings with which it starts. Paths are a small input.
        choose_settings(self.spark, 0)
        files = (
            self.spark.readStream.format("binaryFile")
            .schema(_FILES)
            .options(
                recursiveFileLookup="true",
                maxFilesPerTrigger=str(self.args.max_files),
                maxFileAge=MAX_FILE_AGE,
            )
            .load(self.raw.url)
            .select(source_path().alias("path"))
        )
        writer = files.writeStream.foreachBatch(self._on_batch).option("checkpointLocation", checkpoint)
        if self.args.trigger is Trigger.CONTINUOUS:
            return writer.trigger(processingTime=POLL_INTERVAL).start()
        return writer.trigger(availableNow=True).start()

    def _on_batch(self, files: DataFrame, number: int) -> None:
        try:
            self.write(number, sorted(row["path"] for row in files.collect()))
        except BaseException as error:
            self.failure = error
            raise

    def write(self, number: int, paths: Sequence[str]) -> None:
        """Write the files of one micro-batch to bronze, unless they are in the ledger.

        Raises CheckpointError if the ledger has this micro-batch with other files.
        """
        batch_id = naming.stream_batch_id(self.generation.number, number)
        new = self._unseen(self.raw.find(paths))
        if batch_id not in self._committed_ids:
            self._ingest(batch_id, new)
        # A file that was overwritten since is left to `write_skipped`.
        elif new := [item for item in new if item.key not in self._known_keys]:
            raise CheckpointError(
                f"batch {batch_id} was already committed without this file: the checkpoint was replaced.",
                where=f"s3://{self.args.job.raw_bucket}/{new[0].key}",
                hint="Run the job once with --new_generation true.",
            )

    def write_skipped(self) -> None:
        """Write the files that Spark's source skips: new versions of known files, empty files, and files that
        are rejected for their names.
        """
        batch_id = naming.skipped_batch_id(self.generation.number, self.now())
        self._ingest(batch_id, self._unseen(self.raw.skipped(self._seen)))

    def _unseen(self, listed: Sequence[Listed]) -> list[Listed]:
        return [item for item in listed if (item.key, version_of(item)) not in self._seen]

    def _ingest(self, batch_id: str, new: Sequence[Listed]) -> None:
        if not new:
            return
        started = time.monotonic()
        now = self.now()
        choose_settings(self.spark, sum(unpacked_bytes(item.key, item.size) for item in new))
        self._clear(batch_id)
        landing = self.raw.examine(new)
        job = self.args.job
        context = IngestContext(
            spark=self.spark, store=self.store, raw_bucket=job.raw_bucket,
            processed_bucket=job.processed_bucket, domain=self.domain.name, batch_id=batch_id,
            ingest_ts=now, read=partial(read_json_lines, steps=self._parsing),
            check=lambda rows, _table: in_steps(rows, self._checking), rows_per_file=ROWS_PER_FILE,
        )  # fmt: skip
        report, unreadable = self._read(context, landing)
        rejected = quarantine_files(context, [*landing.rejected, *unreadable], landing.heads)
        files = (*report.files, *rejected)
        checks = {self.table.name: checks_on_arrival(self.table, report.checks)} if report.checks else {}
        batch = Batch(
            batch_id=batch_id,
            domain=self.domain.name,
            execution=job.execution,
            status=BatchStatus.COMMITTED,
            committed_at=now.astimezone(UTC).isoformat(),
            files=files,
            tables=(self.table.name,) if report.rows_bronze else (),
            checks=with_file_checks(checks, files),
            rules=READING_RULES,
        )
        if report.rows_bronze:
            self._feed.add(batch_id)
        self._ledger.commit(batch)
        register_batch(
            self.catalog, self.store, job.processed_bucket, self.domain, batch_id, {self.table.name}
        )
        self._committed_ids.add(batch_id)
        overwritten = tuple(file.key for file in batch.files if file.key in self._known_keys)
        self._seen.update((file.key, file.version) for file in batch.files)
        self._known_keys.update(file.key for file in batch.files)
        self.committed.append(CommittedBatch(batch, report, time.monotonic() - started, overwritten))

    def _read(self, context: IngestContext, landing: Landing) -> tuple[TableReport, list[FileEntry]]:
        """Ingest the files that can be read; return their report, and the entries of the other files."""
        report = TableReport(table=self.table.name, files=())
        attempts = Attempts(self.store, self.args.job.ledger_bucket, self.domain.name, self.table.name)
        with one_file_per_task(self.spark):
            isolation = isolation_of(context, self.table)
            suspects = list(reject_suspects(attempts, landing.files, lambda _: isolation))
            files = landing.without({entry.key for entry in suspects}).files
            attempts.begin((file.key, file.version) for file in files)
            if files:
                report = ingest(context, self.table, files)
        attempts.end()
        return report, [*suspects, *report.rejected]

    def _clear(self, batch_id: str) -> None:
        """Delete the files that a killed run wrote for this batch."""
        bucket = self.args.job.processed_bucket

        def clear(layer: str) -> None:
            prefix = naming.batch_prefix(layer, self.domain.name, self.table.name, batch_id)
            self.store.delete(bucket, [item.key for item in self.store.list(bucket, prefix)])

        at_once(clear, naming.ARRIVAL_LAYERS)
        self._feed.remove(batch_id)
