"""Read JSON-lines files as rows of text, one column per declared key; malformed lines stay raw text.

A record is one JSON object on a line of its own. If a key occurs twice, its last value counts, as in
most parsers. `NaN` and `Infinity` are read as texts, so that the cast fails and not the line. A nested
value is read as the text of its JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_jobs.ingest.landing import LandedFile
from glue_jobs.ingest.reading import (
    WHITESPACE,
    group_by_safe_name,
    in_few_tasks,
    row_in_task,
    source_path,
    sources,
    trimmed,
)
from glue_jobs.runtime.rows import LINE, RAW, SOURCE_COLUMNS
from glue_jobs.runtime.store import ObjectStore
from lake.model.columns import Column as Declared
from lake.model.spec import Table

VALUE = "value"
"""Name of the line's column in Spark's text source."""

_RECORD = "_record"
_DIGITS = "_digits"
_IRREGULAR = "_irregular"
_STRICT = {"allowSingleQuotes": "false"}
_MAP = T.MapType(T.StringType(), T.StringType())
_LONG = 17
"""A number of at least this many characters may have more digits than a double keeps."""


def read_json_lines(
    spark: SparkSession, store: ObjectStore, bucket: str, table: Table, files: Sequence[LandedFile]
) -> DataFrame:
    """Return all records of a stream's files.

    Columns: the declared ones as trimmed text, `extra`, RAW, LINE and SOURCE_COLUMNS, of which
    `source_rank` is the SHA-256 of the line. Blank lines are no records but count in `source_row`.
    Execute the result within `one_file_per_task`.
    """
    urls = {store.url(bucket, file.key): file for file in files}
    groups = [[store.url(bucket, file.key) for file in group] for group in group_by_safe_name(files)]
    frames = [spark.read.option("__globPaths__", "false").text(group) for group in groups]
    columns = [F.col(VALUE), source_path().alias("_path"), row_in_task().alias("source_row")]
    lines = reduce(DataFrame.unionByName, (frame.select(columns) for frame in frames))
    with_source = in_few_tasks(spark, lines).join(
        F.broadcast(sources(spark, urls).drop("source_rank")), "_path", "left"
    )
    return parse_lines(with_source.where(is_record()), table)


def is_record() -> Column:
    """Return the condition that VALUE is not blank."""
    return F.col(VALUE).rlike(f"[^{WHITESPACE}]")


def parse_lines(lines: DataFrame, table: Table) -> DataFrame:
    """Parse lines into the columns that `check_rows` takes.

    Input columns: VALUE, `source_file`, `source_row`. Each line is parsed once, into a map of all its keys.
    """
    valid = F.is_valid_utf8(F.col(VALUE))
    texts = lines.select(
        "source_file",
        "source_row",
        F.sha2(F.col(VALUE).cast("binary"), 256).alias("source_rank"),
        valid.alias("_valid"),
        F.when(valid, F.col(VALUE)).otherwise(F.make_valid_utf8(F.col(VALUE))).alias(LINE),
    )
    parsed = texts.select("*", F.from_json(_as_array(LINE), T.ArrayType(_MAP), _STRICT).alias(_RECORD))
    # JSON `null` is an array's empty element, and two objects are two elements.
    good = F.when(F.col("_valid") & (F.size(_RECORD) == 1), F.get(F.col(_RECORD), F.lit(0)))
    candidates = parsed.select(LINE, *SOURCE_COLUMNS, good.alias(_RECORD))
    # Only an object with a null, an undeclared or a repeated key has more entries than declared values.
    marked = candidates.select("*", (F.size(_RECORD) != _declared_values(table)).alias(_IRREGULAR))
    regular = F.when(F.col(_IRREGULAR), _last_of_each(_RECORD)).otherwise(F.col(_RECORD))
    records = marked.withColumn(_RECORD, regular)
    valid_record = F.col(_RECORD).isNotNull()
    rows = records.select(
        "*",
        F.when(~valid_record, F.col(LINE)).alias(RAW),
        F.when(F.col(_IRREGULAR), _undeclared(table)).alias("extra"),
        F.when(valid_record & _may_be_rounded(table), _exact_texts(F.col(LINE))).alias(_DIGITS),
    )
    return rows.select(
        *(trimmed(_text_of(column)).alias(column.name) for column in table.columns),
        "extra",
        RAW,
        LINE,
        *SOURCE_COLUMNS,
    )


def _as_array(line: str) -> Column:
    """Wrap the line in a JSON array, in which the parser notices text after the object."""
    return F.concat(F.lit("["), F.col(line), F.lit("]"))


def _declared_values(table: Table) -> Column:
    """Return how many declared columns have a value in the record."""
    present = [F.col(_RECORD)[column.header].isNotNull().cast("int") for column in table.columns]
    return reduce(Column.__add__, present)


def _last_of_each(record: str) -> Column:
    """Remove the repeated keys that the parser keeps; the last value wins, by the session's SETTINGS."""
    return F.map_concat(F.col(record), F.create_map().cast(_MAP))


def _may_be_rounded(table: Table) -> Column:
    """Return the condition that a decimal may have lost digits: the parser reads numbers as doubles."""
    numbers = [F.col(_RECORD)[column.header] for column in table.columns if _is_decimal(column)]
    suspicious = [
        (F.length(text) >= _LONG) | (F.contains(text, F.lit("E")) & ~F.contains(text, F.lit("E-")))
        for text in numbers
    ]
    return reduce(Column.__or__, (F.coalesce(each, F.lit(False)) for each in suspicious), F.lit(False))


def _is_decimal(column: Declared) -> bool:
    return column.type.startswith("decimal")


def _text_of(column: Declared) -> Column:
    text = F.col(_RECORD)[column.header]
    if not _is_decimal(column):
        return text
    return F.coalesce(F.try_element_at(F.col(_DIGITS), F.lit(column.header)), text)


def _exact_texts(line: Column) -> Column:
    """Return key → exact text of the value; null if a key of the line occurs twice."""
    return F.try_variant_get(F.try_parse_json(line), "$", "map<string,string>")


def _undeclared(table: Table) -> Column:
    """Return the keys and values of a record that no column declares; null if there are none."""
    headers = [column.header for column in table.columns]
    others = F.map_filter(F.col(_RECORD), lambda key, _: ~key.isin(*headers))
    return F.when(F.size(others) > 0, others)
