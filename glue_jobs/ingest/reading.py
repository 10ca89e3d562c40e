"""Reads CSV files as rows of text: columns by name, malformed lines as they are written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_jobs.ingest.landing import LandedFile
from glue_jobs.runtime.rows import FIELDS, RAW, SOURCE_COLUMNS
from glue_jobs.runtime.store import ObjectStore
from lake.model.spec import Table

MAX_COLUMNS = 100_000
"""The parser fails on a file that has a line with more columns."""

TASKS_PER_CORE = 4
"""Enough to keep all cores busy to the end although files differ in size."""

_PACKING = ("spark.sql.files.openCostInBytes", "spark.sql.files.maxPartitionBytes")
_ONE_FILE_PER_TASK = str(1 << 40)
"""Bytes. As open cost it fills a task with its first file; as split size it keeps every file in one piece."""

_ROW_IN_PARTITION = (1 << 33) - 1
WHITESPACE = " \t\r\n\f\u00a0\ufeff"
_PATTERN = frozenset("{}[]*?\\")
_URI_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'(),;:$&+=@/")


@contextmanager
def one_file_per_task(spark: SparkSession) -> Iterator[None]:
    """Inside this context a Spark task reads exactly one file, so that `row_in_task` is the row in the file.

    The frames of `read_table` must be executed inside.
    """
    before = {name: str(spark.conf.get(name)) for name in _PACKING}
    for name in _PACKING:
        spark.conf.set(name, _ONE_FILE_PER_TASK)
    try:
        yield
    finally:
        for name, value in before.items():
            spark.conf.set(name, value)


def as_uri(url: str) -> str:
    """Return a URL as Hadoop writes it: quoted as java.net.URI does, with other Unicode as it is."""
    scheme, separator, path = url.partition("://")
    if not separator:
        scheme, separator, path = "file", ":", url
    quoted = (
        char if char in _URI_SAFE or ord(char) > 0x7F else "".join(f"%{b:02X}" for b in char.encode())
        for char in path
    )
    return f"{scheme}{separator}{''.join(quoted)}"


def source_path() -> Column:
    """Return the URL of a row's file as `as_uri` writes it, also from clients that call the scheme s3a."""
    return F.regexp_replace("_metadata.file_path", "^s3[an]:", "s3:")


def trimmed(column: Column) -> Column:
    """Return text without surrounding white space; null if nothing is left."""
    return F.nullif(F.btrim(column, F.lit(WHITESPACE)), F.lit(""))


def group_by_safe_name(files: Sequence[LandedFile]) -> list[list[LandedFile]]:
    """Group files that Spark may read together.

    A file whose name contains glob characters would make Spark read matching files twice, and among others
    Spark ignores a file whose name looks temporary (`_…`, `.…`): such files are groups of their own.
    """
    groups: dict[str, list[LandedFile]] = defaultdict(list)
    for file in files:
        name = file.key.rpartition("/")[2]
        is_odd = name.startswith(("_", ".")) or not _PATTERN.isdisjoint(file.key)
        groups[file.key if is_odd else ""].append(file)
    return list(groups.values())


def row_in_task() -> Column:
    """Return the row's number in its task, from 1. With one file per task it is the row in the file."""
    return F.monotonically_increasing_id().bitwiseAND(F.lit(_ROW_IN_PARTITION)) + 1


def in_few_tasks(spark: SparkSession, rows: DataFrame) -> DataFrame:
    """Coalesce tasks that read one file each into a few tasks that read several files in turn.

    The fixed cost of tasks (setting up code, opening shuffle files) then does not grow with the number of
    files. Nothing is shuffled. `row_in_task` must be selected before.
    """
    return rows.coalesce(TASKS_PER_CORE * spark.sparkContext.defaultParallelism)


def read_table(
    spark: SparkSession, store: ObjectStore, bucket: str, table: Table, files: Sequence[LandedFile]
) -> DataFrame:
    """Return all rows of a table's files: declared columns as trimmed text, `extra`, RAW, FIELDS and
    SOURCE_COLUMNS.

    Files that share a header are read together. Bad content raises nothing: a line with the wrong number of
    fields has its text in RAW and null in the declared columns. The frame must be executed inside
    `one_file_per_task`.
    """
    alike: dict[tuple[bool, tuple[str, ...]], list[LandedFile]] = defaultdict(list)
    for file in files:
        alike[file.has_row_numbers, file.recognised.headers].append(file)
    groups = [group for same in alike.values() for group in group_by_safe_name(same)]
    frames = [_read_group(spark, store, bucket, table, group) for group in groups]
    return reduce(DataFrame.unionByName, frames)


def _read_group(
    spark: SparkSession, store: ObjectStore, bucket: str, table: Table, files: Sequence[LandedFile]
) -> DataFrame:
    recognised = files[0].recognised
    fields = [f"c{position}" for position in range(len(recognised.headers))]
    numbered, row = files[0].has_row_numbers, row_in_task()
    record = fields[1:] if numbered else fields
    urls = {store.url(bucket, file.key): file for file in files}
    lines = (
        spark.read.schema(T.StructType([T.StructField(name, T.StringType()) for name in [*fields, RAW]]))
        .options(
            header="true", enforceSchema="true", multiLine="true", lineSep="\n", encoding="UTF-8",
            quote='"', escape='"', mode="PERMISSIVE", columnNameOfCorruptRecord=RAW,
            columnPruning="false", maxColumns=str(MAX_COLUMNS), maxCharsPerColumn="-1",
            emptyValue="", __globPaths__="false",
        )
        .csv(list(urls))
        .select(
            *fields,
            _without_row_number(F.col(RAW)).alias(RAW) if numbered else RAW,
            source_path().alias("_path"),
            (F.coalesce(F.expr("try_cast(c0 AS BIGINT)"), row) if numbered else row).alias("source_row"),
        )
    )  # fmt: skip
    # The parser reports a line of a lone carriage return as malformed; it is a blank line, not a record.
    records = in_few_tasks(spark, lines).where(
        ~F.coalesce(F.btrim(RAW, F.lit(WHITESPACE)) == "", F.lit(False))
    )
    texts = [
        fields[recognised.positions[column.name]]
        for column in table.columns
        if column.type == "string" and column.name in recognised.positions
    ]
    undecodable = _undecodable([*texts, *(fields[position] for position in recognised.extra.values())])
    good = F.col(RAW).isNull() & ~undecodable
    raw = F.coalesce(RAW, F.when(undecodable, F.concat_ws(",", *record)))
    columns = {
        column.name: (
            F.when(good, trimmed(F.col(fields[recognised.positions[column.name]])))
            if column.name in recognised.positions
            else F.lit(None).cast("string")
        )
        for column in table.columns
    }
    return records.join(F.broadcast(sources(spark, urls)), "_path", "left").select(
        *(expression.alias(name) for name, expression in columns.items()),
        _extra(recognised.extra, fields).alias("extra"),
        raw.alias(RAW),
        F.array(*record).alias(FIELDS),
        *SOURCE_COLUMNS,
    )


def _without_row_number(line: Column) -> Column:
    """Return a malformed line of a requeued file as it was in its first file."""
    return F.regexp_replace(line, r"^\d+,", "")


def _undecodable(fields: Iterable[str]) -> Column:
    """Return whether a field has bytes that are not UTF-8: the decoder replaces them with U+FFFD.

    Only text columns need this check: a number or date with such a character does not cast.
    """
    found = [F.contains(F.col(name), F.lit("\ufffd")) for name in fields]
    return F.coalesce(reduce(Column.__or__, found, F.lit(False)), F.lit(False))


def _extra(extra: Mapping[str, int], fields: Sequence[str]) -> Column:
    if not extra:
        return F.lit(None).cast("map<string,string>")
    pairs = [part for name, position in extra.items() for part in (F.lit(name), F.col(fields[position]))]
    return F.create_map(*pairs)


def sources(spark: SparkSession, urls: Mapping[str, LandedFile]) -> DataFrame:
    """Return one row per file: `_path` as Spark reports it, `source_file` (the key) and `source_rank`."""
    return spark.createDataFrame(
        [(as_uri(url), file.key, file.rank) for url, file in urls.items()],
        "_path string, source_file string, source_rank string",
    )
