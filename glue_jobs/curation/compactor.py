"""Merges the many small bronze files that a stream leaves in months that are over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from glue_jobs.curation.bronze import BronzeTable
from glue_jobs.curation.workspace import ROWS_PER_FILE
from glue_jobs.ledger.compaction_log import BronzeFile, Compaction, Compactions, bronze_files, commit
from glue_jobs.ledger.ledger import LedgerView
from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.months import Month
from glue_jobs.runtime.schemas import bronze_schema
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.errors import AccountingError
from lake.model.spec import Domain, Table

FEWEST_FILES = 16
"""Small files of micro-batches in a month that are worth a merge."""

SMALL = 32 * 1024**2
"""Bytes that a batch or a compaction may have in a month to be merged: what is larger stays as it is, so that
a few late events do not rewrite a whole month again and again."""

FILE_SIZE = 128 * 1024**2
"""Bytes of the merged files, about."""

_PARTITION_KEYS = ("batch", "year", "month")


@dataclass(frozen=True, kw_only=True)
class Compacted:
    """What a run came to: months that were merged, and whether partitions of bronze came or went.

    `failures` say what went wrong, each in a sentence.
    """

    entries: tuple[Compaction, ...] = ()
    changed: bool = False
    failures: tuple[str, ...] = ()


def compact_streams(
    spark: SparkSession,
    store: ObjectStore,
    args: JobArguments,
    domain: Domain,
    view: LedgerView,
    now: datetime,
) -> Compacted:
    """Merge what may be merged of the domain's streams. All readable batches of `view` must be curated.

    To be called under the domain's lease, after publication. Raises AccountingError before anything
    is replaced if rows went missing.
    """
    tables = [table for table in domain.stream_tables if table.dated_by is not None]
    done = [_Compactor(spark, store, args, domain, table, view, now).run() for table in tables]
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
        args: JobArguments,
        domain: Domain,
        table: Table,
        view: LedgerView,
        now: datetime,
    ) -> None:
        self._spark = spark
        self._store = store
        self._bucket = args.processed_bucket
        self._execution = args.execution
        self._domain = domain.name
        self._table = table
        self._view = view
        self._now = now
        self._prefix = naming.layer_prefix("bronze", domain.name, table.name)

    def run(self) -> Compacted:
        known = Compactions.read(self._store, self._bucket, self._domain, self._table.name)
        changed = self._tidy(known)
        bronze = BronzeTable(self._spark, self._store, self._bucket, self._domain, self._table, self._view)
        entries = []
        for month, files in mergeable(bronze.files, known.ids):
            entries.append(self._merge(bronze, month, files, known))
            self._delete(files)
        self._forget([*known.entries, *entries])
        return Compacted(entries=tuple(entries), changed=changed or bool(entries))

    def _tidy(self, known: Compactions) -> bool:
        """Delete what runs that died left: merged files without an entry, replaced ones with one.

        Returns whether any run died, after which the catalog may not know what is there.
        """
        folders = f"{self._prefix}batch={naming.COMPACTIONS}"
        written = [item.key for item in self._store.list(self._bucket, folders)]
        orphans = [key for key in written if self._place(key) not in known.ids]
        files = bronze_files(self._store, self._bucket, self._prefix)
        replaced = [file for file in files if known.is_replaced(file)]
        self._store.delete(self._bucket, orphans)
        self._delete(replaced)
        return bool(orphans or replaced or known.superseded)

    def _forget(self, entries: Sequence[Compaction]) -> None:
        """Delete entries that later ones stand for, so that readers have few to look at."""
        keys = [
            naming.compaction_key(self._domain, self._table.name, entry.compaction_id)
            for entry in Compactions(tuple(entries)).superseded
        ]
        self._store.delete(self._bucket, keys)

    def _place(self, key: str) -> str:
        return key.removeprefix(f"{self._prefix}batch=").partition("/")[0]

    def _delete(self, files: Sequence[BronzeFile]) -> None:
        """Delete what Spark wrote beside files to say that it was done, then the files."""
        done = sorted({f"{self._prefix}batch={file.place}/_SUCCESS" for file in files})
        self._store.delete(self._bucket, [*done, *(file.key for file in files)])

    def _merge(
        self, bronze: BronzeTable, month: Month, files: Sequence[BronzeFile], known: Compactions
    ) -> Compaction:
        """Write the rows of `files` anew, unchanged, and commit them in place of these."""
        places = sorted({file.place for file in files})
        compaction_id = naming.compaction_id(f"{self._now.astimezone(UTC):%Y%m%dT%H%M%S%f}", *month)
        folder = naming.batch_prefix("bronze", self._domain, self._table.name, compaction_id)
        url = self._store.url(self._bucket, folder + naming.month_partition(*month))
        rows = _write(bronze.read(months={month}, batches=places), sum(file.size for file in files), url)
        kept = self._spark.read.schema(bronze_schema(self._table)).parquet(url).count()
        if rows != kept:
            raise AccountingError(
                f"{rows} rows were to be merged, {kept} are in the merged files.",
                where=f"{self._domain}.{self._table.name}, month {month.year}-{month.month:02d}",
                hint="Nothing was replaced; the next run merges them again.",
            )
        entry = Compaction(
            compaction_id=compaction_id,
            table=self._table.name,
            year=month.year,
            month=month.month,
            replaced=known.lineage(places),
            rows=rows,
            execution=self._execution,
        )
        commit(self._store, self._bucket, self._domain, entry)
        return entry


def mergeable(
    files: Sequence[BronzeFile], compactions: Collection[str]
) -> Iterator[tuple[Month, list[BronzeFile]]]:
    """Months that are over, with their small files if there are enough of them, oldest first.

    A month is over when the table has rows of a later one. A batch is merged with all files that it
    has in the month or not at all.
    """
    by_month: dict[Month, dict[str, list[BronzeFile]]] = defaultdict(lambda: defaultdict(list))
    for file in files:
        if file.month is not None:
            by_month[file.month][file.place].append(file)
    for month in sorted(by_month)[:-1]:
        small = {
            place: its for place, its in by_month[month].items() if sum(file.size for file in its) < SMALL
        }
        fresh = sum(len(its) for place, its in small.items() if place not in compactions)
        if fresh >= FEWEST_FILES:
            yield month, [file for its in small.values() for file in its]


def _write(frame: DataFrame, size: int, url: str) -> int:
    """Write rows as they are, without the keys that their place tells; the number of rows written."""
    observed = Observation()
    columns = [name for name in frame.columns if name not in _PARTITION_KEYS]
    merged = frame.select(*columns).repartition(ceil(size / FILE_SIZE))
    writer = merged.observe(observed, F.count(F.lit(1)).alias("rows")).write.mode("overwrite")
    writer = writer.option("maxRecordsPerFile", ROWS_PER_FILE)
    writer.option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false").parquet(url)
    return int(observed.get["rows"])
