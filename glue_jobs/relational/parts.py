"""Spark's part of a load: count the content of months, and write the rows of changed months as text."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from glue_jobs.relational.content import Content
from glue_jobs.relational.errors import RelationalError
from glue_jobs.relational.load import Parts
from glue_jobs.relational.sources import Counted, Source
from glue_jobs.relational.staging import place
from glue_jobs.relational.text import is_refused, row_line, row_text
from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.schemas import mart_schema, silver_schema
from glue_jobs.runtime.store import ObjectStore
from lake.model.spec import Domain
from lake.naming.relational import STORED_MONTH, relational_parts

LINE = "line"


class TextParts:
    """The text files of one run of the job. No other run, of the same execution either, has its prefix."""

    def __init__(self, spark: SparkSession, store: ObjectStore, args: JobArguments, domain: Domain) -> None:
        self._spark = spark
        self._store = store
        self._args = args
        self._domain = domain
        self._root = relational_parts(args.domain, args.execution, uuid4().hex)
        self._folders: dict[tuple[str, str], str] = {}
        """Table and fingerprint of a month → prefix of its text."""

    def count(self, source: Source, months: Collection[int]) -> dict[int, Counted]:
        """Return the content of months; rows that MySQL cannot hold are counted apart.

        Raises RelationalError if a file has rows of another month than its path.
        """
        refused = is_refused(source.schema)
        # The sum of 64-bit numbers needs more than 64 bits.
        exact = F.xxhash64(row_line(source.schema)).cast("decimal(20,0)")
        counted = (
            self._rows(source, months)
            .groupBy(STORED_MONTH)
            .agg(
                F.count_if(~refused).alias("rows"),
                F.sum(_unless(refused, F.crc32(row_text(source.schema)))).alias("crc32"),
                F.sum(_unless(refused, exact)).alias("xxhash64"),
                F.count_if(refused).alias("refused"),
            )
        )
        found = {
            int(row[STORED_MONTH]): Counted(
                content=Content(
                    rows=row["rows"], crc32=int(row["crc32"] or 0), xxhash64=int(row["xxhash64"] or 0)
                ),
                refused=row["refused"],
            )
            for row in counted.collect()
        }
        if strange := found.keys() - set(months):
            raise RelationalError(
                "files of other months have rows of these.",
                where=place(source.schema, strange),
                hint="Run the pipeline with full_refresh, which writes all files again.",
            )
        empty = Counted(content=Content(rows=0, crc32=0, xxhash64=0))
        return {month: found.get(month, empty) for month in months}

    def write(self, source: Source, months: Collection[int]) -> Parts:
        """Write the months that this run has not written yet; return how to get their files."""
        table = source.schema.name
        keys = {month: (table, source.fingerprint(month)) for month in months}
        if new := [month for month, key in keys.items() if key not in self._folders]:
            # A folder for each attempt: one that failed may have left files.
            folder = f"{self._root}{table}/{uuid4().hex}/"
            self._write(source, new, folder)
            self._folders |= {keys[month]: f"{folder}{STORED_MONTH}={month}/" for month in new}
        return lambda month: self._files(self._folders[keys[month]])

    def clean(self) -> None:
        """Delete the text files of this run."""
        bucket = self._args.processed_bucket
        self._store.delete(bucket, [item.key for item in self._store.list(bucket, self._root)])

    def _write(self, source: Source, months: Collection[int], folder: str) -> None:
        schema = source.schema
        rows = self._rows(source, months).where(~is_refused(schema))
        ordered = rows.repartition(STORED_MONTH).sortWithinPartitions(STORED_MONTH, *schema.key)
        lines = ordered.select(STORED_MONTH, row_line(schema).alias(LINE))
        url = self._store.url(self._args.processed_bucket, folder)
        lines.write.mode("append").partitionBy(STORED_MONTH).text(url)

    def _files(self, prefix: str) -> Iterator[Path]:
        """Yield the text files below a prefix one after another; each is deleted before the next."""
        with TemporaryDirectory(prefix="caudal-load-") as folder:
            file = Path(folder) / "rows.txt"
            for item in self._store.list(self._args.processed_bucket, prefix):
                if item.key.endswith(".txt"):
                    with (
                        self._store.open(self._args.processed_bucket, item.key) as body,
                        file.open("wb") as copy,
                    ):
                        shutil.copyfileobj(body, copy)
                    yield file

    def _rows(self, source: Source, months: Collection[int]) -> DataFrame:
        """Return the columns that applications see, and the month of each row."""
        schema = source.schema
        whole = (
            mart_schema(self._domain.mart(schema.name))
            if schema.layer == "gold"
            else silver_schema(self._domain.table(schema.name))
        )
        urls = [
            self._store.url(source.bucket, file.key)
            for month in sorted(months)
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
