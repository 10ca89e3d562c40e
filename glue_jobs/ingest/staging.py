"""Separates good rows from rejected rows in one pass over the input.

A Spark write has one target, so all rows are written to a staging folder inside the batch's own directory:
`rejected=false/` has the files of bronze, `rejected=true/` the rows for quarantine. Readers ignore the
folder. The good files are then copied onto their keys in bronze, each with one atomic copy. A run that dies
meanwhile leaves a directory of an uncommitted batch, which the next run removes.

Staged rows have the columns of bronze. For a rejected row, the flags column has its failed checks and `extra`
has its raw record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import Column, DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from glue_jobs.runtime.partition_rows import check_files, partition_tally
from glue_jobs.runtime.rows import FAILED, FLAGS, RAW_RECORD
from glue_jobs.runtime.schemas import MONTH_KEYS, bronze_file_schema
from glue_jobs.runtime.store import Copy, ObjectStore, copy_all
from glue_jobs.runtime.tallies import tallied
from lake import naming
from lake.files.parquet import ROWS_PER_FILE
from lake.model.spec import Table

REJECTED = "rejected"
"""The partition key that separates rejected rows from good ones."""

STAGED = "_staged/"
"""Folder inside a batch's directory. Spark, crawlers and Athena ignore names that begin with `_`."""

_PARTITIONS = "partitions"
"""Name of the aggregate that counts the rows of each partition."""

_STAGED_FILE = re.compile(rf"(?P<partition>{REJECTED}=[^/]+/(?:[a-z]+=[^/]+/)*)[^/]+\.parquet$")
_GOOD_FILE = re.compile(rf"{REJECTED}=false/(?P<partition>(?:[a-z]+=[^/]+/)*)[^/]+\.parquet$")


@dataclass(frozen=True, kw_only=True)
class Staging:
    """The staging of one table's checked rows in one batch."""

    spark: SparkSession
    store: ObjectStore
    bucket: str
    table: Table
    prefix: str
    """Key prefix of the batch in bronze."""

    rows_per_file: int = ROWS_PER_FILE

    def stage(
        self, checked: DataFrame, stamps: Sequence[Column], aggregates: Mapping[str, Column]
    ) -> Mapping[str, Any]:
        """Write all checked rows, with `stamps` as further columns; return `aggregates` over them by name.

        Raises AccountingError if files of them are missing.
        """
        is_bad = F.size(FAILED) > 0
        carried = F.create_map(F.lit(RAW_RECORD), F.col(RAW_RECORD))
        counted = Observation()
        rows = checked.select(
            *(column.name for column in self.table.columns),
            F.when(is_bad, carried).otherwise(F.col("extra")).alias("extra"),
            F.when(is_bad, F.col(FAILED)).otherwise(F.col(FLAGS)).alias(FLAGS),
            "source_file", "source_row", "source_rank",
            *stamps,
            is_bad.alias(REJECTED),
            *self._month(is_bad),
        )  # fmt: skip
        keys = [REJECTED, *(MONTH_KEYS if self.table.dated_by else ())]
        # One shuffle gathers what belongs into one file; without it each task would write its own.
        # In the order of dates, so that of a stream's files the later ones have the later events; the writer
        # sorts by `keys` anyway.
        order = [*keys, *([self.table.dated_by] if self.table.stream and self.table.dated_by else [])]
        gathered = rows.repartition(*keys).sortWithinPartitions(*order)
        aggregates = {**aggregates, _PARTITIONS: partition_tally(keys)}
        gathered = gathered.observe(counted, *(each.alias(name) for name, each in aggregates.items()))
        writer = gathered.write.mode("overwrite").option("maxRecordsPerFile", self.rows_per_file)
        writer.partitionBy(*keys).parquet(self._url)
        observed = dict(counted.get)
        files = self._files_by_partition()
        check_files(
            tallied(observed.pop(_PARTITIONS)),
            files,
            self.rows_per_file,
            f"s3://{self.bucket}/{self._staged}",
        )
        return observed

    def _files_by_partition(self) -> dict[str, list[str]]:
        """Return partition → keys of its staged files."""
        files: dict[str, list[str]] = {}
        for item in self.store.list(self.bucket, self._staged):
            match = _STAGED_FILE.fullmatch(item.key.removeprefix(self._staged))
            if match:
                files.setdefault(match["partition"], []).append(item.key)
        return files

    def _month(self, is_bad: Column) -> Iterator[Column]:
        """Return the partition columns of a dated table; 0 for rejected rows, which may have no date."""
        if self.table.dated_by:
            date = F.col(self.table.dated_by)
            for name, part in zip(MONTH_KEYS, (F.year(date), F.month(date)), strict=True):
                yield F.when(is_bad, F.lit(0)).otherwise(part).alias(name)

    @property
    def _staged(self) -> str:
        return f"{self.prefix}{STAGED}"

    @property
    def _url(self) -> str:
        return self.store.url(self.bucket, self._staged)

    def rejected(self) -> DataFrame:
        """Read the rejected rows: `source_file`, `source_row`, RAW_RECORD and FAILED."""
        folder = self.store.url(self.bucket, f"{self._staged}{REJECTED}=true")
        return self.spark.read.schema(bronze_file_schema(self.table)).parquet(folder).select(
            "source_file", "source_row",
            F.element_at("extra", F.lit(RAW_RECORD)).alias(RAW_RECORD),
            F.col(FLAGS).alias(FAILED),
        )  # fmt: skip

    def publish(self) -> None:
        """Copy the files of good rows onto their keys in bronze, then delete all staged files."""
        keys = [item.key for item in self.store.list(self.bucket, self._staged)]
        copy_all(self.store, self._copies(sorted(keys)))
        self.store.delete(self.bucket, keys)

    def discard(self) -> None:
        """Delete all staged files."""
        self.store.delete(self.bucket, [item.key for item in self.store.list(self.bucket, self._staged)])

    def _copies(self, keys: Sequence[str]) -> Iterator[Copy]:
        """Yield the copy of every file of good rows onto its key in bronze."""
        numbers: dict[str, int] = {}
        for key in keys:
            match = _GOOD_FILE.fullmatch(key.removeprefix(self._staged))
            if match:
                partition = match["partition"]
                number = numbers[partition] = numbers.get(partition, -1) + 1
                yield Copy(self.bucket, key, f"{self.prefix}{partition}{naming.part_file(number)}")
