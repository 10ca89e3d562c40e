"""Merges the many small bronze files that a stream leaves in past months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from glue_jobs.catalog.partitions import Catalog
from glue_jobs.curation.bronze import BronzeTable
from glue_jobs.curation.leftovers import delete_bronze, remove_leftovers
from glue_jobs.ledger.compaction_log import BronzeFile, Compaction, Compactions, commit
from glue_jobs.ledger.ledger import LedgerView
from glue_jobs.ledger.set_aside import SetAside
from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.months import Month
from glue_jobs.runtime.schemas import bronze_schema
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.errors import AccountingError
from lake.files.layers import stored_table
from lake.files.parquet import MERGED_FILE_BYTES, ROWS_PER_FILE, SMALL_BYTES
from lake.model.spec import Domain, Table

MIN_FILES = 16
"""A month with fewer small files of micro-batches is not merged."""

_PARTITION_KEYS = ("batch", "year", "month")


@dataclass(frozen=True, kw_only=True)
class Compacted:
    """The result of a run: the compactions, whether partitions of bronze were added or removed, and failures.

    Each of `failures` is a sentence.
    """

    entries: tuple[Compaction, ...] = ()
    changed: bool = False
    failures: tuple[str, ...] = ()


def compact_streams(
    spark: SparkSession,
    store: ObjectStore,
    catalog: Catalog,
    args: JobArguments,
    domain: Domain,
    view: LedgerView,
    now: datetime,
) -> Compacted:
    """Merge the small files of the domain's streams. All readable batches of `view` must be curated.

    The caller must hold the domain's lease and have published. Raises AccountingError, before any file is
    replaced, if rows went missing.
    """
    tables = [table for table in domain.stream_tables if table.dated_by is not None]
    done = [_Compactor(spark, store, catalog, args, domain, table, view, now).run() for table in tables]
    return Compacted(
        entries=tuple(entry for each in done for entry in each.entries),
        changed=any(each.changed for each in done),
    )


class _Compactor:
    """One table's compaction in one run."""

    def __init__(
        self,
        spark: SparkSession,
        store: ObjectStore,
        catalog: Catalog,
        args: JobArguments,
        domain: Domain,
        table: Table,
        view: LedgerView,
        now: datetime,
    ) -> None:
        self._spark = spark
        self._store = store
        self._catalog = catalog
        self._args = args
        self._bucket = args.processed_bucket
        self._ledger_bucket = args.ledger_bucket
        self._domain = domain
        self._table = table
        self._view = view
        self._now = now
        self._prefix = naming.layer_prefix("bronze", domain.name, table.name)
        self._batches = naming.batches_prefix("bronze", domain.name, table.name)

    def run(self) -> Compacted:
        known = Compactions.read(self._store, self._ledger_bucket, self._domain.name, self._table.name)
        left = remove_leftovers(self._store, self._catalog, self._args, self._domain, self._table.name)
        changed = left or bool(known.superseded)
        # A withdrawal may be taken back: merged files keep the rows of withdrawn files, and files that lack
        # them are not merged.
        view = replace(self._view, decisions=())
        bronze = BronzeTable(self._spark, self._store, self._args, self._table, view)
        lacking = SetAside.read(self._store, self._ledger_bucket, self._domain.name).of(self._table.name)
        entries = []
        whole = [file for file in bronze.files if file.place not in lacking]
        for month, files in mergeable(whole, known.ids):
            entry = self._merge(bronze, month, files, known)
            entries.append(entry)
            self._replace(files, entry)
        self._delete_superseded([*known.entries, *entries])
        return Compacted(entries=tuple(entries), changed=changed or bool(entries))

    def _delete_superseded(self, entries: Sequence[Compaction]) -> None:
        """Delete entries that later ones replace, so that readers have few to read."""
        keys = [
            naming.compaction_key(self._domain.name, self._table.name, entry.compaction_id)
            for entry in Compactions(tuple(entries)).superseded
        ]
        self._store.delete(self._ledger_bucket, keys)

    def _replace(self, files: Sequence[BronzeFile], entry: Compaction) -> None:
        """Delete the files that were merged, and register the partition of the merged ones.

        Until both are done, queries of bronze in Athena lack these rows; they never count a row twice.
        """
        delete_bronze(self._store, self._catalog, self._args, self._domain, self._table.name, files)
        table = stored_table(self._domain, "bronze", self._table.name)
        merged = (entry.compaction_id, str(entry.year), str(entry.month))
        self._catalog.register(table, [merged])

    def _merge(
        self, bronze: BronzeTable, month: Month, files: Sequence[BronzeFile], known: Compactions
    ) -> Compaction:
        """Write the rows of `files` unchanged to merged files, and commit the compaction."""
        places = sorted({file.place for file in files})
        compaction_id = naming.compaction_id(self._now, *month)
        folder = naming.batch_prefix("bronze", self._domain.name, self._table.name, compaction_id)
        url = self._store.url(self._bucket, folder + naming.month_partition(*month))
        rows = _write(bronze.read(months={month}, batches=places), sum(file.size for file in files), url)
        kept = self._spark.read.schema(bronze_schema(self._table)).parquet(url).count()
        if rows != kept:
            raise AccountingError(
                f"{rows} rows were to be merged, but {kept} are in the merged files.",
                where=f"{self._domain.name}.{self._table.name}, month {month.year}-{month.month:02d}",
                hint="Run the pipeline again: no file was replaced, and the next run repeats the merge.",
            )
        entry = Compaction(
            compaction_id=compaction_id,
            table=self._table.name,
            year=month.year,
            month=month.month,
            replaced=known.lineage(places),
            rows=rows,
            execution=self._args.execution,
        )
        commit(self._store, self._ledger_bucket, self._domain.name, entry)
        return entry


def mergeable(
    files: Sequence[BronzeFile], compactions: Collection[str]
) -> Iterator[tuple[Month, list[BronzeFile]]]:
    """Yield the past months that have enough small files, oldest first, with these files.

    A month is past if the table has rows of a later one. Of a batch, all files in the month are merged or
    none. `compactions` are the ids of earlier ones, whose files do not count towards MIN_FILES.
    """
    by_month: dict[Month, dict[str, list[BronzeFile]]] = defaultdict(lambda: defaultdict(list))
    for file in files:
        if file.month is not None:
            by_month[file.month][file.place].append(file)
    for month in sorted(by_month)[:-1]:
        small = {
            place: its
            for place, its in by_month[month].items()
            if sum(file.size for file in its) < SMALL_BYTES
        }
        unmerged = sum(len(its) for place, its in small.items() if place not in compactions)
        if unmerged >= MIN_FILES:
            yield month, [file for its in small.values() for file in its]


def _write(frame: DataFrame, size: int, url: str) -> int:
    """Write rows without the columns that the path holds; return the number of rows written."""
    observed = Observation()
    columns = [name for name in frame.columns if name not in _PARTITION_KEYS]
    merged = frame.select(*columns).repartition(ceil(size / MERGED_FILE_BYTES))
    writer = merged.observe(observed, F.count(F.lit(1)).alias("rows")).write.mode("overwrite")
    writer = writer.option("maxRecordsPerFile", ROWS_PER_FILE)
    writer.option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false").parquet(url)
    return int(observed.get["rows"])
