"""JSON-lines files as rows of text: what is written for each declared key, broken lines as they are.

A record is one JSON object on a line of its own. Of a key that occurs twice the last one counts, as
most parsers have it. `NaN` and `Infinity` are read as texts, so that they fail the cast and not the
line. A nested value is the text of its JSON.
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
    sources,
    trimmed,
)
from glue_jobs.runtime.rows import LINE, RAW, SOURCE_COLUMNS
from glue_jobs.runtime.store import ObjectStore
from lake.model.columns import Column as Declared
from lake.model.spec import Table

VALUE = "value"
"""The column of a line, as Spark's text source calls it."""

_RECORD = "_record"
_EXACT = "_exact"
_ODD = "_odd"
_STRICT = {"allowSingleQuotes": "false"}
_MAP = T.MapType(T.StringType(), T.StringType())
_LONG = 17
"""Characters of a number that may have more digits than floating point keeps."""


def read_json_lines(
    spark: SparkSession, store: ObjectStore, bucket: str, table: Table, files: Sequence[LandedFile]
) -> DataFrame:
    """All records of a stream's files: declared columns as trimmed text, `extra`, RAW, LINE and
    SOURCE_COLUMNS, of which `source_rank` is the SHA-256 of the line.

    Blank lines are no records, but count as rows. To be executed in `one_file_per_task`.
    """
    urls = {store.url(bucket, file.key): file for file in files}
    groups = [[store.url(bucket, file.key) for file in group] for group in group_by_safe_name(files)]
    frames = [spark.read.option("__globPaths__", "false").text(group) for group in groups]
    placing = [F.col(VALUE), F.col("_metadata.file_path").alias("_path"), row_in_task().alias("source_row")]
    lines = reduce(DataFrame.unionByName, (frame.select(placing) for frame in frames))
    placed = in_few_tasks(spark, lines).join(
        F.broadcast(sources(spark, urls).drop("source_rank")), "_path", "left"
    )
    return parse_lines(placed.where(is_record()), table)


def is_record() -> Column:
    """Whether VALUE holds anything but white space."""
    return F.col(VALUE).rlike(f"[^{WHITESPACE}]")


def parse_lines(lines: DataFrame, table: Table) -> DataFrame:
    """In: VALUE, `source_file`, `source_row`. Out: what `check_rows` takes.

    Each line is parsed once, into a map of all its keys.
    """
    valid = F.is_valid_utf8(F.col(VALUE))
    texts = lines.select(
        "source_file",
        "source_row",
        F.sha2(F.col(VALUE).cast("binary"), 256).alias("source_rank"),
        valid.alias("_valid"),
        F.when(valid, F.col(VALUE)).otherwise(F.make_valid_utf8(F.col(VALUE))).alias(LINE),
    )
    parsed = texts.select("*", F.from_json(_in_array(LINE), T.ArrayType(_MAP), _STRICT).alias(_RECORD))
    # JSON `null` is an array's empty element, and two objects are two elements.
    good = F.when(F.col("_valid") & (F.size(_RECORD) == 1), F.get(F.col(_RECORD), F.lit(0)))
    found = parsed.select(LINE, *SOURCE_COLUMNS, good.alias(_RECORD))
    # Only an object with a null, an undeclared or a repeated key has more entries than declared values.
    told = found.select("*", (F.size(_RECORD) != _declared_values(table)).alias(_ODD))
    records = told.withColumn(_RECORD, F.when(F.col(_ODD), _last_of_each(_RECORD)).otherwise(F.col(_RECORD)))
    whole = F.col(_RECORD).isNotNull()
    rows = records.select(
        "*",
        F.when(~whole, F.col(LINE)).alias(RAW),
        F.when(F.col(_ODD), _undeclared(table)).alias("extra"),
        F.when(whole & _is_rounded(table), _exactly(F.col(LINE))).alias(_EXACT),
    )
    return rows.select(
        *(trimmed(_written(column)).alias(column.name) for column in table.columns),
        "extra",
        RAW,
        LINE,
        *SOURCE_COLUMNS,
    )


def _in_array(line: str) -> Column:
    """Inside of an array the parser notices what follows the object."""
    return F.concat(F.lit("["), F.col(line), F.lit("]"))


def _declared_values(table: Table) -> Column:
    """How many declared columns have a value in the record."""
    present = [F.col(_RECORD)[column.header].isNotNull().cast("int") for column in table.columns]
    return reduce(Column.__add__, present)


def _last_of_each(record: str) -> Column:
    """The map without repeated keys, which the parser keeps: of each the last value, as SETTINGS have it."""
    return F.map_concat(F.col(record), F.create_map().cast(_MAP))


def _is_rounded(table: Table) -> Column:
    """Whether a decimal may have lost digits: the parser takes numbers through floating point."""
    numbers = [F.col(_RECORD)[column.header] for column in table.columns if _is_decimal(column)]
    suspicious = [
        (F.length(text) >= _LONG) | (F.contains(text, F.lit("E")) & ~F.contains(text, F.lit("E-")))
        for text in numbers
    ]
    return reduce(Column.__or__, (F.coalesce(each, F.lit(False)) for each in suspicious), F.lit(False))


def _is_decimal(column: Declared) -> bool:
    return column.type.startswith("decimal")


def _written(column: Declared) -> Column:
    text = F.col(_RECORD)[column.header]
    if not _is_decimal(column):
        return text
    return F.coalesce(F.try_element_at(F.col(_EXACT), F.lit(column.header)), text)


def _exactly(line: Column) -> Column:
    """Key → text of a line, digit by digit; null where a key occurs twice."""
    return F.try_variant_get(F.try_parse_json(line), "$", "map<string,string>")


def _undeclared(table: Table) -> Column:
    """The keys and values of a record that no column declares; null if there are none."""
    headers = [column.header for column in table.columns]
    others = F.map_filter(F.col(_RECORD), lambda key, _: ~key.isin(*headers))
    return F.when(F.size(others) > 0, others)
