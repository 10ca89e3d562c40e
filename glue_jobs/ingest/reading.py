"""Reads CSV files as rows of text: columns by name, malformed records as they are written.

Files are read by lines, as most records are one line. The lines of a file in which a line ends inside quotes
are put together to records first (`glue_jobs.ingest.records`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from glue_jobs.ingest.landing import LandedFile
from glue_jobs.ingest.records import LINE_NUMBER, PATH, join_open_lines
from glue_jobs.runtime.frames import small_frame
from glue_jobs.runtime.rows import ARRIVED, LINE, RAW, SOURCE_COLUMNS, UNFINISHED
from glue_jobs.runtime.store import ObjectStore
from lake.files.csv_text import FIELD, LINE_FEED, OPENS, WHITESPACE, Layout
from lake.model.spec import Table

TASKS_PER_CORE = 4
"""Enough to keep all cores busy to the end although files differ in size."""

_PACKING = ("spark.sql.files.openCostInBytes", "spark.sql.files.maxPartitionBytes")
_ONE_FILE_PER_TASK = str(1 << 40)
"""Bytes. As open cost it fills a task with its first file; as split size it keeps every file in one piece."""

_ROW_IN_PARTITION = (1 << 33) - 1
_ROW_NUMBER = r"^(\d+),"
"""The beginning of a requeued record: its row number in its first file."""

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
    """Return all records of a table's files: declared columns as trimmed text, `extra`, RAW, LINE,
    UNFINISHED, ARRIVED and SOURCE_COLUMNS.

    Files of one form are read together. Bad content raises nothing: a malformed record has its text in RAW
    and null in the declared columns. It is UNFINISHED if it is a line that ends inside quotes; then its file
    is to be read again with `has_open_lines`. The frame must be executed inside `one_file_per_task`.
    """
    alike: dict[tuple[bool, tuple[str, ...], Layout], list[LandedFile]] = defaultdict(list)
    for file in files:
        alike[file.has_row_numbers, file.recognised.headers, file.recognised.layout].append(file)
    groups = [group for same in alike.values() for group in group_by_safe_name(same)]
    frames = [_read_group(spark, store, bucket, table, group) for group in groups]
    return reduce(DataFrame.unionByName, frames)


def _read_group(
    spark: SparkSession, store: ObjectStore, bucket: str, table: Table, files: Sequence[LandedFile]
) -> DataFrame:
    recognised, numbered = files[0].recognised, files[0].has_row_numbers
    urls = {store.url(bucket, file.key): file for file in files}
    records = _records(spark, recognised.layout, list(urls))
    is_quoted = F.contains(LINE, F.lit('"'))
    parsed = records.select(
        LINE,
        PATH,
        "source_row",
        F.is_valid_utf8(LINE).alias("_valid"),
        is_quoted.alias("_quoted"),
        F.when(is_quoted, _quoted_fields(F.col(LINE))).otherwise(F.split(LINE, ",", -1)).alias("_fields"),
    )
    fits = F.size("_fields") == len(recognised.headers)
    is_record = ~F.col("_quoted") | (F.array_join("_fields", ",") == F.col(LINE))
    judged = parsed.withColumn("_good", F.col("_valid") & fits & is_record)
    text = F.when(F.col("_valid"), F.col(LINE)).otherwise(F.make_valid_utf8(LINE))
    written = _without_row_number(text) if numbered else text
    first = F.regexp_extract(LINE, _ROW_NUMBER, 1).try_cast("bigint")
    row = F.coalesce(first, "source_row") if numbered else F.col("source_row")
    is_unfinished = ~F.col("_good") & F.col("_quoted") & F.col(LINE).rlike(OPENS)
    if recognised.layout.has_open_lines:
        is_unfinished = F.lit(False)
    fields = F.when(F.col("_good"), F.col("_fields"))
    columns = {
        column.name: (
            trimmed(_unquoted(recognised.positions[column.name]))
            if column.name in recognised.positions
            else F.lit(None).cast("string")
        )
        for column in table.columns
    }
    with_source = judged.join(F.broadcast(sources(spark, urls)), PATH, "left")
    return with_source.withColumns({"source_row": row, "_fields": fields}).select(
        *(expression.alias(name) for name, expression in columns.items()),
        _extra(recognised.extra).alias("extra"),
        F.when(~F.col("_good"), written).alias(RAW),
        written.alias(LINE),
        is_unfinished.alias(UNFINISHED),
        ARRIVED,
        *SOURCE_COLUMNS,
    )


def _records(spark: SparkSession, layout: Layout, urls: Sequence[str]) -> DataFrame:
    """Return LINE (the text of each record), PATH and `source_row` (its place in the file); no blank ones."""
    lines = (
        spark.read.options(lineSep=layout.line_end, __globPaths__="false")
        .text(list(urls))
        .select(F.col("value").alias(LINE), source_path().alias(PATH), row_in_task().alias(LINE_NUMBER))
        .where(F.col(LINE_NUMBER) > layout.header_lines)
    )
    if layout.header_breaks:
        # The header ends in another way than the records, so it is the beginning of their first line.
        rest = F.split(LINE, layout.other_line_end, layout.header_breaks + 1)[layout.header_breaks]
        is_first = F.col(LINE_NUMBER) == layout.header_lines + 1
        lines = lines.withColumn(LINE, F.when(is_first, rest).otherwise(F.col(LINE)))
    if layout.has_open_lines:
        whole = join_open_lines(lines, layout.line_end)
        place = F.row_number().over(Window.partitionBy(PATH).orderBy(LINE_NUMBER)).cast("bigint")
        return _numbered(whole, layout, place)
    return in_few_tasks(spark, _numbered(lines, layout, row_in_task()))


def _numbered(records: DataFrame, layout: Layout, place: Column) -> DataFrame:
    """Remove blank records and the end of their lines; `place` numbers the others from 1 in each file."""
    text = F.col(LINE)
    if layout.line_end == LINE_FEED:
        without_end = F.expr(f"left({LINE}, length({LINE}) - 1)")
        text = F.when(F.endswith(LINE, F.lit("\r")), without_end).otherwise(text)
    # A trim compares bytes: of a line that is no UTF-8 it may remove half a wide space, which is no blank.
    is_blank = (F.ltrim(LINE, F.lit(WHITESPACE)) == "") & F.is_valid_utf8(LINE)
    written = records.where(~is_blank)
    return written.select(text.alias(LINE), PATH, place.alias("source_row"))


def _without_row_number(record: Column) -> Column:
    """Return a record of a requeued file as it was in its first file."""
    return F.regexp_replace(record, _ROW_NUMBER, "")


def _quoted_fields(record: Column) -> Column:
    """Return the fields of a record with their quotes. Joined, they are the record if it is well-formed."""
    return F.regexp_extract_all(F.concat(F.lit(","), record), F.lit(f",({FIELD})"), F.lit(1))


def _unquoted(position: int) -> Column:
    """Return a field of `_fields` without the quotes around it."""
    field = F.get("_fields", F.lit(position))
    stripped = F.btrim(field, F.lit(WHITESPACE))
    inside = F.substring(stripped, F.lit(2), F.length(stripped) - 2)
    doubled = F.replace(inside, F.lit('""'), F.lit('"'))
    is_quoted = F.col("_quoted") & F.startswith(stripped, F.lit('"'))
    return F.when(is_quoted, doubled).otherwise(field)


def _extra(extra: Mapping[str, int]) -> Column:
    """Return the undeclared columns' texts by name; null if there are none or the record is malformed."""
    if not extra:
        return F.lit(None).cast("map<string,string>")
    pairs = [part for name, position in extra.items() for part in (F.lit(name), _unquoted(position))]
    return F.when(F.col("_good"), F.create_map(*pairs))


def sources(spark: SparkSession, urls: Mapping[str, LandedFile]) -> DataFrame:
    """Return one row per file: PATH as Spark reports it, `source_file` (the key), `source_rank`, ARRIVED."""
    return small_frame(
        spark,
        [(as_uri(url), file.key, file.rank, file.arrived) for url, file in urls.items()],
        f"{PATH} string, source_file string, source_rank string, {ARRIVED} timestamp",
    )
