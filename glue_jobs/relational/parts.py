"""Spark's part of a load: count the content of months, and write the rows of changed months as text."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from glue_jobs.relational.content import Content
from glue_jobs.relational.errors import RelationalError
from glue_jobs.relational.sources import Counted, Source
from glue_jobs.relational.staging import place
from glue_jobs.relational.text import is_refused, row_line, row_text
from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.schemas import mart_schema, silver_schema
from glue_jobs.runtime.store import ObjectStore
from lake.model.spec import Domain
from lake.naming.relational import STORED_MONTH, relational_parts

TABLE = "relational_table"
LINE = "line"
POSITION = "position"

SMALL_BYTES = 20_000_000
"""Unpacked bytes of a table's months that one task reads within a second or two. To start a query takes Spark
about as long, so tables up to this size share one."""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Months of a table that are to be counted or written."""

    source: Source
    months: Collection[int]

    @property
    def is_small(self) -> bool:
        return self.source.size_of(self.months) <= SMALL_BYTES


def by_query(selections: Iterable[Selection]) -> list[list[Selection]]:
    """Return what each query reads: all small tables, or one large one; none without months."""
    chosen = [each for each in selections if each.months]
    small = [each for each in chosen if each.is_small]
    return [each for each in (small, *([large] for large in chosen if not large.is_small)) if each]


class TextParts:
    """The text files of one run of the job. No other run, of the same execution either, has its prefix."""

    def __init__(self, spark: SparkSession, store: ObjectStore, args: JobArguments, domain: Domain) -> None:
        self._spark = spark
        self._store = store
        self._args = args
        self._domain = domain
        self._root = relational_parts(args.domain, args.execution, uuid4().hex)
        self._keys: dict[tuple[str, str], list[str]] = {}
        """Table and fingerprint of a month → keys of its text."""

    def count(self, selections: Sequence[Selection]) -> dict[str, dict[int, Counted]]:
        """Return table → month → content, in one query; rows that MySQL cannot hold are counted apart.

        Raises RelationalError if a file has rows of another month than its path.
        """
        found: dict[str, dict[int, Counted]] = {selection.source.schema.name: {} for selection in selections}
        for row in reduce(DataFrame.union, map(self._counted, selections)).collect():
            found[row[TABLE]][int(row[STORED_MONTH])] = Counted(
                content=Content(
                    rows=row["rows"], crc32=int(row["crc32"] or 0), xxhash64=int(row["xxhash64"] or 0)
                ),
                refused=row["refused"],
            )
        empty = Counted(content=Content(rows=0, crc32=0, xxhash64=0))
        for selection in selections:
            months = found[selection.source.schema.name]
            if strange := months.keys() - set(selection.months):
                raise RelationalError(
                    "files of other months have rows of these.",
                    where=place(selection.source.schema, strange),
                    hint="Run the pipeline with full_refresh, which writes all files again.",
                )
            months |= {month: empty for month in selection.months if month not in months}
        return found

    def write(self, selections: Sequence[Selection]) -> None:
        """Write the text of the months that this run has not written yet, in one query."""
        new = [
            replace(each, months=months)
            for each in selections
            if (months := [month for month in each.months if self._key(each.source, month) not in self._keys])
        ]
        if not new:
            return
        # A folder for each attempt: one that failed may have left files.
        folder = f"{self._root}{uuid4().hex}/"
        bucket = self._args.processed_bucket
        self._write(new, folder)
        written: dict[str, list[str]] = defaultdict(list)
        for item in self._store.list(bucket, folder):
            if item.key.endswith(".txt"):
                written[item.key.rpartition("/")[0]].append(item.key)
        self._keys |= {
            self._key(selection.source, month): written[
                f"{folder}{TABLE}={selection.source.schema.name}/{STORED_MONTH}={month}"
            ]
            for selection in new
            for month in selection.months
        }

    def files(self, source: Source, month: int) -> Iterator[Path]:
        """Yield the text files of a month that was written, one after another.

        Each is deleted before the next.
        """
        bucket = self._args.processed_bucket
        with TemporaryDirectory(prefix="caudal-load-") as folder:
            file = Path(folder) / "rows.txt"
            for key in self._keys[self._key(source, month)]:
                with self._store.open(bucket, key) as body, file.open("wb") as copy:
                    shutil.copyfileobj(body, copy)
                yield file

    def clean(self) -> None:
        """Delete the text files of this run."""
        bucket = self._args.processed_bucket
        self._store.delete(bucket, [item.key for item in self._store.list(bucket, self._root)])

    @staticmethod
    def _key(source: Source, month: int) -> tuple[str, str]:
        return source.schema.name, source.fingerprint(month)

    def _counted(self, selection: Selection) -> DataFrame:
        """Return a row for each month of a table."""
        schema = selection.source.schema
        refused = is_refused(schema)
        # The sum of 64-bit numbers needs more than 64 bits.
        exact = F.xxhash64(row_line(schema)).cast("decimal(20,0)")
        rows = self._rows(selection)
        counted = (
            (rows.coalesce(1) if selection.is_small else rows)
            .groupBy(STORED_MONTH)
            .agg(
                F.count_if(~refused).alias("rows"),
                F.sum(_unless(refused, F.crc32(row_text(schema)))).alias("crc32"),
                F.sum(_unless(refused, exact)).alias("xxhash64"),
                F.count_if(refused).alias("refused"),
            )
        )
        return counted.select(F.lit(schema.name).alias(TABLE), "*")

    def _write(self, selections: Sequence[Selection], folder: str) -> None:
        """Write text files below a folder, the lines of each in the order of the key.

        Before it writes folders, Spark sorts the rows by the columns of the folders alone, unless they are
        sorted by these first. Of a column with one value, and of a union, it may not know that.
        """
        if len(selections) == 1:
            lines = self._lines(selections[0]).select(STORED_MONTH, LINE)
            levels, folder = [STORED_MONTH], f"{folder}{TABLE}={selections[0].source.schema.name}/"
        else:
            tables = [
                self._lines(each).withColumn(POSITION, F.monotonically_increasing_id()) for each in selections
            ]
            levels = [TABLE, STORED_MONTH]
            lines = (
                reduce(DataFrame.union, tables).sortWithinPartitions(*levels, POSITION).select(*levels, LINE)
            )
        url = self._store.url(self._args.processed_bucket, folder)
        lines.write.mode("append").partitionBy(*levels).text(url)

    def _lines(self, selection: Selection) -> DataFrame:
        """Return the lines of a table that MySQL can hold: each month in one task, by the key."""
        schema = selection.source.schema
        rows = self._rows(selection).where(~is_refused(schema))
        gathered = rows.coalesce(1) if selection.is_small else rows.repartition(STORED_MONTH)
        # MySQL fills a table fastest in the order of its key.
        ordered = gathered.sortWithinPartitions(STORED_MONTH, *schema.key)
        return ordered.select(F.lit(schema.name).alias(TABLE), STORED_MONTH, row_line(schema).alias(LINE))

    def _rows(self, selection: Selection) -> DataFrame:
        """Return the columns that applications see, and the month of each row."""
        source, schema = selection.source, selection.source.schema
        whole = (
            mart_schema(self._domain.mart(schema.name))
            if schema.layer == "gold"
            else silver_schema(self._domain.table(schema.name))
        )
        urls = [
            self._store.url(source.bucket, file.key)
            for month in sorted(selection.months)
            for file in source.months[month]
        ]
        base = self._store.url(source.bucket, source.prefix)
        frame = self._spark.read.schema(whole).option("basePath", base).parquet(*urls)
        names = whole.names
        month = F.col("month") if "month" in names else F.lit(0)
        year = F.col("year") if "year" in names else F.lit(0)
        return frame.select(
            (year * 100 + month).cast("int").alias(STORED_MONTH), *(field.name for field in schema.fields)
        )


def _unless(condition: Column, value: Column) -> Column:
    return F.when(~condition, value)
