"""Bronze as readers see it: the batches that the ledger has, narrowed to months where asked."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cached_property

from pyspark.sql import DataFrame, SparkSession

from glue_jobs.runtime.ledger import LedgerView
from glue_jobs.runtime.months import Month
from glue_jobs.runtime.schemas import bronze_schema
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.spec import Table

_PARTITION = re.compile(
    r"batch=(?P<batch>[^/]+)/(?:year=(?P<year>\d+)/month=(?P<month>\d+)/)?[^/]+\.parquet$"
)


class BronzeTable:
    """The committed bronze files of one table. One listing, whatever is read afterwards."""

    def __init__(
        self,
        spark: SparkSession,
        store: ObjectStore,
        bucket: str,
        domain: str,
        table: Table,
        view: LedgerView,
    ) -> None:
        self._spark = spark
        self._store = store
        self._bucket = bucket
        self._prefix = naming.layer_prefix("bronze", domain, table.name)
        self._batches = frozenset(view.batches_of(table.name))
        self.table = table
        self._frames: dict[tuple[frozenset[Month] | None, frozenset[str] | None], DataFrame] = {}
        self.pending = frozenset(b.batch_id for b in view.pending if table.name in b.tables)
        """Batches with rows of this table that silver and gold do not hold yet."""

    @property
    def is_first_load(self) -> bool:
        """Nothing of this table has been published before."""
        return self._batches == self.pending

    @cached_property
    def _files(self) -> list[tuple[str, str, Month | None]]:
        """(key, batch, month) of every committed file."""
        found = []
        for item in self._store.list(self._bucket, self._prefix):
            match = _PARTITION.fullmatch(item.key.removeprefix(self._prefix))
            if match and match["batch"] in self._batches:
                month = Month(int(match["year"]), int(match["month"])) if match["year"] else None
                found.append((item.key, match["batch"], month))
        return found

    @property
    def is_empty(self) -> bool:
        return not self._files

    def months(self) -> frozenset[Month]:
        """Every month that a committed file holds rows of."""
        return frozenset(month for _, _, month in self._files if month is not None)

    def read(
        self, months: Collection[Month] | None = None, batches: Collection[str] | None = None
    ) -> DataFrame:
        """Committed rows, of some months or batches only if asked; cost follows the files read.

        The same question gets the same frame: looking at hundreds of files takes Spark a while, and
        what is committed does not change.
        """
        asked = (
            None if months is None else frozenset(months),
            None if batches is None else frozenset(batches),
        )
        if asked not in self._frames:
            self._frames[asked] = self._read(months, batches)
        return self._frames[asked]

    def _read(self, months: Collection[Month] | None, batches: Collection[str] | None) -> DataFrame:
        keys = [
            key
            for key, batch, month in self._files
            if (months is None or month is None or month in months) and (batches is None or batch in batches)
        ]
        schema = bronze_schema(self.table)
        if not keys:
            return self._spark.createDataFrame([], schema)
        reader = self._spark.read.schema(schema).option(
            "basePath", self._store.url(self._bucket, self._prefix)
        )
        return reader.parquet(*(self._store.url(self._bucket, key) for key in keys))
