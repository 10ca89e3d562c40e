"""JSON-lines files as rows of text: what is written for each declared key, broken lines as they are.

A record is one JSON object on a line of its own. Of a key that occurs twice the last one counts, as
most parsers have it. `NaN` and `Infinity` are read as texts, so that they fail the cast and not the
line. A nested value is the text of its JSON.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_jobs.runtime.landing import LandedFile
from glue_jobs.runtime.reading import (
    LINE,
    RAW,
    SOURCE_COLUMNS,
    WHITESPACE,
    row_in_task,
    sources,
    trimmed,
)
from glue_jobs.runtime.store import ObjectStore
from lake.spec import Table

VALUE = "value"
"""The column of a line, as Spark's text source calls it."""

_RECORD = "_record"
_ALL = "_all"
_EXACT = "_exact"
_STRICT = {"allowSingleQuotes": "false"}
_MAP = T.MapType(T.StringType(), T.StringType())
_LONG_NUMBER = r"[\d.]{16}"
"""Numbers of more digits may not survive the detour over floating point that Spark's parser takes."""


def read_json_lines(
    spark: SparkSession, store: ObjectStore, bucket: str, table: Table, files: Sequence[LandedFile]
) -> DataFrame:
    """All records of a stream's files: declared columns as trimmed text, `extra`, RAW, LINE and
    SOURCE_COLUMNS, of which `source_rank` is the SHA-256 of the line.

    Blank lines are no records, but count as rows. To be executed in `one_file_per_task`.
    """
    urls = {store.url(bucket, file.key): file for file in files}
    lines = spark.read.option("__globPaths__", "false").text(list(urls))
    numbered = lines.select(
        VALUE, F.col("_metadata.file_path").alias("_path"), row_in_task().alias("source_row")
    )
    placed = numbered.join(F.broadcast(sources(spark, urls).drop("source_rank")), "_path", "left")
    return parse_lines(placed.where(is_record()), table)


def is_record() -> Column:
    """Whether VALUE holds anything but white space."""
    return F.btrim(VALUE, F.lit(WHITESPACE)) != ""


def parse_lines(lines: DataFrame, table: Table) -> DataFrame:
    """In: VALUE, `source_file`, `source_row`. Out: what `check_rows` takes."""
    declared = T.StructType([T.StructField(column.header, T.StringType()) for column in table.columns])
    text = F.make_valid_utf8(F.col(VALUE))
    # Inside of an array the parser notices what follows the object.
    array = F.concat(F.lit("["), text, F.lit("]"))
    parsed = lines.select(
        "source_file",
        "source_row",
        F.sha2(F.col(VALUE).cast("binary"), 256).alias("source_rank"),
        text.alias(LINE),
        F.from_json(array, T.ArrayType(declared), _STRICT).alias(_RECORD),
        F.from_json(array, T.ArrayType(_MAP), _STRICT).alias(_ALL),
        F.is_valid_utf8(F.col(VALUE)).alias("_valid"),
    )
    # JSON `null` is an array's empty element, and two objects are two elements.
    good = F.coalesce(
        F.col("_valid") & (F.size(_RECORD) == 1) & F.get(F.col(_RECORD), F.lit(0)).isNotNull(), F.lit(False)
    )
    exact = F.when(good & F.col(LINE).rlike(_LONG_NUMBER), _exactly(F.col(LINE)))
    records = parsed.select(
        LINE,
        *SOURCE_COLUMNS,
        F.when(~good, F.col(LINE)).alias(RAW),
        F.when(good, F.get(F.col(_RECORD), F.lit(0))).alias(_RECORD),
        F.when(good, F.get(F.col(_ALL), F.lit(0))).alias(_ALL),
        exact.alias(_EXACT),
    )
    return records.select(
        *(trimmed(_written(column.header)).alias(column.name) for column in table.columns),
        _undeclared([column.header for column in table.columns]).alias("extra"),
        RAW,
        LINE,
        *SOURCE_COLUMNS,
    )


def _written(header: str) -> Column:
    return F.coalesce(F.try_element_at(F.col(_EXACT), F.lit(header)), F.col(_RECORD)[header])


def _exactly(line: Column) -> Column:
    """Key → text of a line, digit by digit; null where a key occurs twice."""
    return F.try_variant_get(F.try_parse_json(line), "$", "map<string,string>")


def _undeclared(headers: Sequence[str]) -> Column:
    others = F.map_filter(F.col(_ALL), lambda key, _: ~key.isin(*headers))
    return F.when(F.size(others) > 0, _last_of_each(others))


def _last_of_each(pairs: Column) -> Column:
    """The map without repeated keys, which Spark's parser keeps and readers of Parquet refuse."""
    keys = F.array_distinct(F.map_keys(pairs))
    entries = F.map_entries(pairs)

    def last(key: Column) -> Column:
        return F.element_at(F.filter(entries, lambda entry: entry["key"] == key), -1)["value"]

    return F.map_from_arrays(keys, F.transform(keys, last))
