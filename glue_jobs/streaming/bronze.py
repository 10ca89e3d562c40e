"""A stream's micro-batches to bronze and quarantine, each as one batch of the ledger.

Spark's stream only tells which files a micro-batch has; they are read here, as drops are, so that
one damaged file is told from the others. A micro-batch that comes again finds its batch in the
ledger and is passed over, or finds what a killed one left and writes it anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from glue_jobs.ingest.ingest import IngestContext, TableReport, ingest
from glue_jobs.ingest.quarantine_files import quarantine_files
from glue_jobs.ingest.reading import one_file_per_task
from glue_jobs.ledger.ledger import Batch, BatchStatus, Ledger, LedgerView, version_of
from glue_jobs.quality.log import checks_on_arrival
from glue_jobs.runtime.store import Listed, ObjectStore
from glue_jobs.streaming.args import StreamArguments, Trigger
from glue_jobs.streaming.files import RawFiles
from glue_jobs.streaming.generation import CheckpointError, Generation
from glue_jobs.streaming.json_lines import read_json_lines
from lake import naming
from lake.model.spec import Domain, Table

FOREVER = "36500d"
"""No file is too old to be read. Spark's own limit of a week forgets files that come late."""

PAUSE = "10 seconds"
"""Between the micro-batches of a continuous stream that has nothing to do."""

_FILES = "path string, modificationTime timestamp, length bigint, content binary"


@dataclass(frozen=True)
class Written:
    """One micro-batch that was committed: its batch, what it brought by check, and its duration."""

    batch: Batch
    report: TableReport
    seconds: float


@dataclass(kw_only=True)
class BronzeWriter:
    """Commits micro-batches. `failure` is what stopped it: Spark passes on the text of an error alone."""

    spark: SparkSession
    store: ObjectStore
    raw: RawFiles
    args: StreamArguments
    domain: Domain
    table: Table
    generation: Generation
    view: LedgerView
    now: Callable[[], datetime]
    written: list[Written] = field(default_factory=list)
    failure: BaseException | None = None

    def __post_init__(self) -> None:
        job = self.args.job
        self._ledger = Ledger(self.store, job.processed_bucket, self.domain.name)
        self._seen = set(self.view.seen)
        self._committed = {batch.batch_id for batch in self.view.batches}

    def start(self, checkpoint: str) -> StreamingQuery:
        """Start the query that tells which files are new; no content is read by it."""
        files = (
            self.spark.readStream.format("binaryFile")
            .schema(_FILES)
            .options(
                recursiveFileLookup="true", maxFilesPerTrigger=str(self.args.max_files), maxFileAge=FOREVER
            )
            .load(self.raw.url)
            .select("_metadata.file_path")
        )
        writer = files.writeStream.foreachBatch(self._on_batch).option("checkpointLocation", checkpoint)
        if self.args.trigger is Trigger.CONTINUOUS:
            return writer.trigger(processingTime=PAUSE).start()
        return writer.trigger(availableNow=True).start()

    def _on_batch(self, files: DataFrame, number: int) -> None:
        try:
            self.write(number, sorted(row["file_path"] for row in files.collect()))
        except BaseException as error:
            self.failure = error
            raise

    def write(self, number: int, paths: Sequence[str]) -> None:
        """Bring the files of one micro-batch to bronze, unless the ledger has them.

        Raises CheckpointError if the ledger knows this micro-batch with other files.
        """
        batch_id = naming.stream_batch_id(self.generation.number, number)
        new = self._unseen(self.raw.find(paths))
        if batch_id not in self._committed:
            self._ingest(batch_id, new)
        elif new:
            raise CheckpointError(
                f"batch {batch_id} was committed before, and without this file.",
                where=f"s3://{self.args.job.raw_bucket}/{new[0].key}",
                hint="The checkpoint was replaced: run the job once with --new_generation true.",
            )

    def write_hidden(self) -> None:
        """Bring the files to bronze that the stream passes over: by their names, or as they are empty."""
        started = self.now().astimezone(UTC)
        number = f"h{started:%Y%m%dT%H%M%S%f}"
        self._ingest(naming.stream_batches(self.generation.number) + number, self._unseen(self.raw.hidden()))

    def _unseen(self, listed: Sequence[Listed]) -> list[Listed]:
        return [item for item in listed if (item.key, version_of(item)) not in self._seen]

    def _ingest(self, batch_id: str, new: Sequence[Listed]) -> None:
        if not new:
            return
        started = time.monotonic()
        now = self.now()
        self._clear(batch_id)
        landing = self.raw.examine(new)
        job = self.args.job
        context = IngestContext(
            spark=self.spark, store=self.store, raw_bucket=job.raw_bucket,
            processed_bucket=job.processed_bucket, domain=self.domain.name, batch_id=batch_id,
            ingest_ts=now, read=read_json_lines,
        )  # fmt: skip
        report = TableReport(table=self.table.name, files=())
        if landing.files:
            with one_file_per_task(self.spark):
                report = ingest(context, self.table, landing.files)
        rejected = quarantine_files(context, [*landing.rejected, *report.rejected], landing.heads)
        batch = Batch(
            batch_id=batch_id,
            domain=self.domain.name,
            execution=job.execution,
            status=BatchStatus.COMMITTED,
            committed_at=now.astimezone(UTC).isoformat(),
            files=(*report.files, *rejected),
            tables=(self.table.name,) if report.rows_bronze else (),
            checks={self.table.name: checks_on_arrival(self.table, report.checks)} if report.checks else {},
        )
        self._ledger.commit(batch)
        self._committed.add(batch_id)
        self._seen.update((file.key, file.version) for file in batch.files)
        self.written.append(Written(batch, report, time.monotonic() - started))

    def _clear(self, batch_id: str) -> None:
        """Remove what a killed run wrote of this batch."""
        bucket = self.args.job.processed_bucket
        for layer in ("bronze", "quarantine"):
            prefix = naming.batch_prefix(layer, self.domain.name, self.table.name, batch_id)
            self.store.delete(bucket, [item.key for item in self.store.list(bucket, prefix)])
