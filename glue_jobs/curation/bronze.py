"""Reads a bronze table as readers see it: the rows of readable batches, of all or some months.

Merged files are read instead of the files that they replace, and rows of withdrawn files are left out.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from glue_jobs.ledger.compaction_log import BronzeFile, Compactions, bronze_files
from glue_jobs.ledger.ledger import LedgerView
from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.frames import empty_frame
from glue_jobs.runtime.months import Month
from glue_jobs.runtime.schemas import bronze_schema
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.model.spec import Table


class BronzeTable:
    """The readable bronze files of one table, listed once."""

    def __init__(
        self,
        spark: SparkSession,
        store: ObjectStore,
        args: JobArguments,
        table: Table,
        view: LedgerView,
    ) -> None:
        self._spark = spark
        self._store = store
        self._bucket = args.processed_bucket
        self._ledger_bucket = args.ledger_bucket
        self._domain = args.domain
        self._prefix = naming.layer_prefix("bronze", args.domain, table.name)
        self._batches = frozenset(view.batches_of(table.name))
        self._withdrawn = view.withdrawn
        self._replaced = view.replaced if table.stream is not None else frozenset()
        self.table = table
        self._frames: dict[tuple[frozenset[Month] | None, frozenset[str] | None], DataFrame] = {}
        self.pending = frozenset(b.batch_id for b in view.pending if table.name in b.tables)
        """Ids of the readable batches with rows of this table that are not in silver and gold yet."""

    @property
    def is_first_load(self) -> bool:
        """Whether no row of this table has been published before."""
        return self._batches == self.pending

    @cached_property
    def files(self) -> list[BronzeFile]:
        """Every readable file that no merged file replaces."""
        listed = bronze_files(self._store, self._bucket, self._prefix)
        return self._compactions.visible(listed, self._batches)

    @property
    def _compactions(self) -> Compactions:
        if self.table.stream is None:
            return Compactions()
        return Compactions.read(self._store, self._ledger_bucket, self._domain, self.table.name)

    @property
    def is_empty(self) -> bool:
        """Whether the table has no readable file."""
        return not self.files

    def months(self) -> frozenset[Month]:
        """Return every month of which a readable file has rows."""
        return frozenset(file.month for file in self.files if file.month is not None)

    def read(
        self, months: Collection[Month] | None = None, batches: Collection[str] | None = None
    ) -> DataFrame:
        """Return the readable rows, optionally of some months or some batches only.

        `batches` must be pending ones: curated batches may be merged with others. Cost grows with the files
        read. Equal arguments give the same frame, because Spark takes a while to list hundreds of files, and
        committed files do not change.
        """
        key = (
            None if months is None else frozenset(months),
            None if batches is None else frozenset(batches),
        )
        if key not in self._frames:
            self._frames[key] = self._read(months, batches)
        return self._frames[key]

    def _read(self, months: Collection[Month] | None, batches: Collection[str] | None) -> DataFrame:
        keys = [
            file.key
            for file in self.files
            if (months is None or file.month is None or file.month in months)
            and (batches is None or file.place in batches)
        ]
        schema = bronze_schema(self.table)
        if not keys:
            return empty_frame(self._spark, schema)
        reader = self._spark.read.schema(schema).option(
            "basePath", self._store.url(self._bucket, self._prefix)
        )
        rows = reader.parquet(*(self._store.url(self._bucket, key) for key in keys))
        if self._withdrawn:
            rows = rows.where(~F.col("source_file").isin(*sorted(self._withdrawn)))
        if self._replaced:
            # Merged files hold rows of several batches.
            rows = rows.where(~F.col("batch_id").isin(*sorted(self._replaced)))
        return rows
