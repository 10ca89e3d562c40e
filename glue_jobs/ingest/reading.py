"""CSV files as rows of text, tolerantly: columns by name, malformed lines kept as they are."""

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
"""Delimiters in one line before the parser gives up on the file."""

TASKS_PER_CORE = 4
"""Enough that the cores are busy to the end though files differ in size."""

_PACKING = ("spark.sql.files.openCostInBytes", "spark.sql.files.maxPartitionBytes")
_ONE_FILE_PER_TASK = str(1 << 40)
"""Bytes. A task is full with its first file, whatever its size, and no file is cut in two."""

_ROW_IN_PARTITION = (1 << 33) - 1
WHITESPACE = " \t\r\n\f\u00a0\ufeff"
_PATTERN = frozenset("{}[]*?\\")
_URI_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'(),;:$&+=@/")


@contextmanager
def one_file_per_task(spark: SparkSession) -> Iterator[None]:
    """Inside, a task reads one whole file: `source_row` is the place in the task.

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
    """A URL as Hadoop writes it: what java.net.URI quotes is quoted, other Unicode stays."""
    scheme, separator, path = url.partition("://")
    if not separator:
        scheme, separator, path = "file", ":", url
    quoted = (
        char if char in _URI_SAFE or ord(char) > 0x7F else "".join(f"%{b:02X}" for b in char.encode())
        for char in path
    )
    return f"{scheme}{separator}{''.join(quoted)}"


def trimmed(column: Column) -> Column:
    """Text without surrounding white space, null if nothing is left."""
    return F.nullif(F.btrim(column, F.lit(WHITESPACE)), F.lit(""))


def patterns_apart(files: Sequence[LandedFile]) -> list[list[LandedFile]]:
    """Files that may be read together.

    Spark reads the others again if one is named like a pattern, and passes over one that is named
    like a temporary file: such files are read alone.
    """
    groups: dict[str, list[LandedFile]] = defaultdict(list)
    for file in files:
        name = file.key.rpartition("/")[2]
        is_odd = name.startswith(("_", ".")) or not _PATTERN.isdisjoint(file.key)
        groups[file.key if is_odd else ""].append(file)
    return list(groups.values())


def row_in_task() -> Column:
    """The row's number in its task, from 1: with one file per task, its place in the file."""
    return F.monotonically_increasing_id().bitwiseAND(F.lit(_ROW_IN_PARTITION)) + 1


def in_few_tasks(spark: SparkSession, rows: DataFrame) -> DataFrame:
    """The same rows, files following one another within a task from here on.

    What a task costs besides its rows (code to set up, shuffle files to open) then does not grow with the
    number of files. Nothing is shuffled; `row_in_task` must have been asked before.
    """
    return rows.coalesce(TASKS_PER_CORE * spark.sparkContext.defaultParallelism)


def read_table(
    spark: SparkSession, store: ObjectStore, bucket: str, table: Table, files: Sequence[LandedFile]
) -> DataFrame:
    """All rows of a table's files: declared columns as trimmed text, `extra`, RAW, FIELDS
    and SOURCE_COLUMNS.

    Files that share a header are read together. Raises nothing for bad content: a line with the
    wrong number of fields has its text in RAW and nothing else. To be executed in `one_file_per_task`.
    """
    alike: dict[tuple[bool, tuple[str, ...]], list[LandedFile]] = defaultdict(list)
    for file in files:
        alike[file.numbers_its_rows, file.recognised.headers].append(file)
    groups = [group for same in alike.values() for group in patterns_apart(same)]
    frames = [_read_group(spark, store, bucket, table, group) for group in groups]
    return reduce(DataFrame.unionByName, frames)


def _read_group(
    spark: SparkSession, store: ObjectStore, bucket: str, table: Table, files: Sequence[LandedFile]
) -> DataFrame:
    recognised = files[0].recognised
    fields = [f"c{position}" for position in range(len(recognised.headers))]
    numbered, row = files[0].numbers_its_rows, row_in_task()
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
            _without_row(F.col(RAW)).alias(RAW) if numbered else RAW,
            F.col("_metadata.file_path").alias("_path"),
            (F.coalesce(F.expr("try_cast(c0 AS BIGINT)"), row) if numbered else row).alias("source_row"),
        )
    )  # fmt: skip
    # The parser reports a line of nothing but a carriage return; it is no record.
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


def _without_row(line: Column) -> Column:
    """A malformed line of a requeued file as it was in its first one."""
    return F.regexp_replace(line, r"^\d+,", "")


def _undecodable(fields: Iterable[str]) -> Column:
    """Whether the decoder met bytes that are no UTF-8: it writes U+FFFD in their place.

    Only texts need to be asked; a number or a date with such a character does not cast.
    """
    found = [F.contains(F.col(name), F.lit("\ufffd")) for name in fields]
    return F.coalesce(reduce(Column.__or__, found, F.lit(False)), F.lit(False))


def _extra(extra: Mapping[str, int], fields: Sequence[str]) -> Column:
    if not extra:
        return F.lit(None).cast("map<string,string>")
    pairs = [part for name, position in extra.items() for part in (F.lit(name), F.col(fields[position]))]
    return F.create_map(*pairs)


def sources(spark: SparkSession, urls: Mapping[str, LandedFile]) -> DataFrame:
    """`_path` as Spark reports it → `source_file`, `source_rank`; one row per file."""
    return spark.createDataFrame(
        [(as_uri(url), file.key, file.rank) for url, file in urls.items()],
        "_path string, source_file string, source_rank string",
    )
