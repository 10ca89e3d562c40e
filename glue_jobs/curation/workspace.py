"""Stages and publishes partitions of silver and gold; within a run, staged partitions hide published ones.

Published files do not change before `publish`. A run that dies earlier has changed nothing. A run that dies
during `publish` leaves some partitions new and others old, and is repeated with the same or a larger scope.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from threading import Lock
from typing import Any

from pyspark.sql import Column, DataFrame, Observation, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_jobs.curation.publication import Change, Published, Register, publish, register_nothing
from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.frames import empty_frame
from glue_jobs.runtime.month_rows import is_in
from glue_jobs.runtime.months import Month, years_of
from glue_jobs.runtime.partition_rows import check_files, partition_tally
from glue_jobs.runtime.schemas import MONTH_KEYS, mart_schema, silver_schema
from glue_jobs.runtime.store import ObjectStore, at_once
from glue_jobs.runtime.tallies import tallied
from lake import naming
from lake.errors import AccountingError
from lake.files.parquet import ROWS_PER_FILE
from lake.model.spec import Mart, PartitionUnit, Table

PARTITIONS = "partitions"
"""Name of the count of rows by the number of their partition; see `glue_jobs.runtime.partition_rows`."""

WHOLE = ""
"""The only partition of a table without partition keys."""

_PARTITIONED_FILE = re.compile(r"(?P<partition>(?:[a-z]+=[^/]+/)*)[^/]+\.parquet$")


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where and how a silver table or mart is stored: bucket, prefix, schema and partition keys.

    `dated_by` is set for tables partitioned by year: their months are selected by this column.
    """

    name: str
    bucket: str
    prefix: str
    schema: T.StructType
    keys: tuple[str, ...]
    dated_by: str | None = None

    def partition(self, month: Month) -> str:
        """Return the partition that holds a month, as a key prefix."""
        if self.keys == MONTH_KEYS:
            return naming.month_partition(*month)
        return naming.year_partition(month.year) if self.keys else WHOLE


def silver_target(args: JobArguments, table: Table) -> Target:
    """Return the target of a silver table."""
    return Target(
        name=table.name,
        bucket=args.processed_bucket,
        prefix=naming.layer_prefix("silver", args.domain, table.name),
        schema=silver_schema(table),
        keys=MONTH_KEYS if table.is_dated else (),
    )


def mart_target(args: JobArguments, mart: Mart) -> Target:
    """Return the target of a mart."""
    return Target(
        name=mart.name,
        bucket=args.curated_bucket,
        prefix=naming.layer_prefix("gold", args.domain, mart.name),
        schema=mart_schema(mart),
        keys=mart.partition_keys,
        dated_by=mart.dated_by if mart.partition_by is PartitionUnit.YEAR else None,
    )


def published_mart(spark: SparkSession, store: ObjectStore, args: JobArguments, mart: Mart) -> DataFrame:
    """Return the published rows of a mart."""
    return Workspace(spark, store, args, [mart_target(args, mart)]).read(mart.name)


class Workspace:
    """Reads tables, stages new content of their partitions, and publishes all staged partitions in a pass."""

    def __init__(
        self, spark: SparkSession, store: ObjectStore, args: JobArguments, targets: Iterable[Target]
    ) -> None:
        self._spark = spark
        self._store = store
        self._domain_staging = naming.staging_root(args.domain)
        self._staging = naming.staging_prefix(args.domain, args.execution)
        self._targets = {target.name: target for target in targets}
        listed = at_once(lambda target: self._list(target, target.prefix), self._targets.values())
        self._published = dict(zip(self._targets, listed, strict=True))
        self._staged: dict[str, dict[str, list[str]]] = {}
        self._rows: dict[str, int] = {}
        self._frames: dict[tuple[str, frozenset[Month] | None], DataFrame] = {}
        self._lock = Lock()

    def _list(self, target: Target, prefix: str) -> dict[str, list[str]]:
        """Return partition → sorted keys of its files."""
        files: dict[str, list[str]] = defaultdict(list)
        for item in self._store.list(target.bucket, prefix):
            match = _PARTITIONED_FILE.fullmatch(item.key.removeprefix(prefix))
            if match:
                files[match["partition"]].append(item.key)
        return dict(files)

    def _staging_prefix(self, target: Target) -> str:
        return f"{self._staging}{target.prefix}"

    # --- reading

    def read(self, name: str, months: Collection[Month] | None = None) -> DataFrame:
        """Return a table, with staged partitions in place of published ones, or only some of its months.

        Equal arguments give the same frame until the table is staged, because Spark takes a while to look at
        hundreds of files, and none of them changes before `publish`. A join with itself needs aliases.
        """
        key = (name, None if months is None else frozenset(months))
        with self._lock:
            found, staged = self._frames.get(key), self._staged.get(name)
        if found is None:
            found = self._read(name, months)
            with self._lock:
                # A frame of the files before is not kept.
                if self._staged.get(name) is staged:
                    self._frames[key] = found
        return found

    def _read(self, name: str, months: Collection[Month] | None) -> DataFrame:
        target = self._targets[name]
        staged = self._staged.get(name, {})
        published = {part: keys for part, keys in self._published[name].items() if part not in staged}
        wanted = None if months is None or not target.keys else {target.partition(month) for month in months}
        frames = [
            self._frame(target, keys, base)
            for files, base in ((published, target.prefix), (staged, self._staging_prefix(target)))
            if (
                keys := [
                    key for part, its in files.items() if wanted is None or part in wanted for key in its
                ]
            )
        ]
        if not frames:
            return empty_frame(self._spark, target.schema)
        frame = reduce(DataFrame.unionByName, frames)
        if months is not None and target.dated_by is not None:
            return frame.where(is_in(months, F.year(target.dated_by), F.month(target.dated_by)))
        return frame

    def staged(self, name: str) -> DataFrame:
        """Return the rows that this run has staged for a table."""
        target = self._targets[name]
        keys = [key for files in self._staged.get(name, {}).values() for key in files]
        if not keys:
            return empty_frame(self._spark, target.schema)
        return self._frame(target, keys, self._staging_prefix(target))

    def _frame(self, target: Target, keys: list[str], base: str) -> DataFrame:
        reader = self._spark.read.schema(target.schema).option(
            "basePath", self._store.url(target.bucket, base)
        )
        return reader.parquet(*(self._store.url(target.bucket, key) for key in keys))

    # --- staging

    def stage(
        self,
        name: str,
        frame: DataFrame,
        months: Collection[Month] | None,
        counting: Mapping[str, Column] | None = None,
    ) -> dict[str, Any]:
        """Write new content for the partitions of `months`, or for the whole table (None).

        `frame` has the target's columns and partition keys. Partitions of `months` without rows become empty.
        Return the number of written rows as `rows`, that of each partition as PARTITIONS, and the values of
        the aggregates `counting` over them. Raises AccountingError if rows fall outside `months`, or if
        files of them are missing.
        """
        target = self._targets[name]
        prefix = self._staging_prefix(target)
        columns = [field.name for field in target.schema.fields]
        keys = list(target.keys)
        ordered = frame.select(*columns).repartition(*keys) if keys else frame.select(*columns).repartition(1)
        counted = Observation()
        aggregates = {"rows": F.count(F.lit(1)), PARTITIONS: partition_tally(keys), **(counting or {})}
        observed = ordered.observe(counted, *(each.alias(alias) for alias, each in aggregates.items()))
        writer = observed.write.mode("overwrite").option("maxRecordsPerFile", ROWS_PER_FILE)
        (writer.partitionBy(*keys) if keys else writer).parquet(self._store.url(target.bucket, prefix))
        counts = dict(counted.get)
        counts[PARTITIONS] = tallied(counts[PARTITIONS])
        written = self._list(target, prefix)
        check_files(counts[PARTITIONS], written, ROWS_PER_FILE, name)
        if months is None:
            replaced = {*self._published[name], *written}
        else:
            replaced = {target.partition(month) for month in months}
        outside = written.keys() - replaced
        if outside:
            raise AccountingError(
                f"rows fall into partitions that are not in the run's scope: {', '.join(sorted(outside))}.",
                where=name,
                hint="Correct the transformation: it must not change the month of a row.",
            )
        with self._lock:
            self._rows[name] = counts["rows"]
            self._forget_frames(name)
            self._staged[name] = {part: sorted(written.get(part, [])) for part in sorted(replaced)}
        return counts

    def _forget_frames(self, name: str) -> None:
        self._frames = {key: frame for key, frame in self._frames.items() if key[0] != name}

    def months_in_years(self, name: str, months: Collection[Month]) -> DataFrame:
        """Return rows in the years of `months` but in other months. For a table partitioned by year."""
        target = self._targets[name]
        date = F.col(target.dated_by or "")
        whole_years = [Month(year, 1) for year in years_of(months)]
        keys = [
            key
            for part in {target.partition(month) for month in whole_years}
            for key in self._published[name].get(part, [])
        ]
        if not keys:
            return empty_frame(self._spark, target.schema)
        return self._frame(target, keys, target.prefix).where(~is_in(months, F.year(date), F.month(date)))

    # --- publication

    def touched(self) -> dict[str, tuple[str, ...]]:
        """Return table → partitions that `publish` replaces or removes."""
        return {name: self._change(name).result.partitions for name in self._staged}

    def publish(
        self, ranks: Mapping[str, int], register: Register = register_nothing
    ) -> dict[str, Published]:
        """Replace every staged partition, tables of lower rank first; return the results by table.

        `register` is called once per rank. Calling `publish` again changes nothing.
        """
        with self._lock:
            self._frames.clear()
        return publish(self._store, [self._change(name) for name in self._staged], ranks, register)

    def _change(self, name: str) -> Change:
        """Return the copies and deletions that put a table's staged partitions in place."""
        target, before, partitions = self._targets[name], self._published[name], self._staged[name]
        copies = tuple(
            (key, f"{target.prefix}{part}{naming.part_file(number)}")
            for part, keys in partitions.items()
            for number, key in enumerate(keys)
        )
        kept = {copied for _, copied in copies}
        return Change(
            name=name,
            bucket=target.bucket,
            copies=copies,
            surplus=tuple(key for part in partitions for key in before.get(part, []) if key not in kept),
            result=Published(
                rows=self._rows[name],
                files=len(copies),
                written=tuple(part.rstrip("/") for part, keys in partitions.items() if keys),
                removed=tuple(
                    part.rstrip("/") for part, keys in partitions.items() if not keys and part in before
                ),
                new_partitions=any(
                    bool(keys) != (part in before) for part, keys in partitions.items() if part != WHOLE
                ),
            ),
        )

    def clean(self) -> None:
        """Delete the staged files of this execution and of killed executions of the domain."""
        for bucket in {target.bucket for target in self._targets.values()}:
            left = [item.key for item in self._store.list(bucket, self._domain_staging)]
            self._store.delete(bucket, left)
