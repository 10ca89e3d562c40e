"""Read JSON-lines files as rows of text, one column per declared key; malformed lines stay raw text.

A record is one JSON object on a line of its own. If a key occurs twice, its last value counts, as in
most parsers, and numbers are the decimals that are written. A line with half a surrogate pair is malformed:
no Unicode text holds it. `NaN` and `Infinity` are read as texts, so that the cast fails and not the line.
A nested value is read as the text of its JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_jobs.ingest.landing import LandedFile
from glue_jobs.ingest.reading import (
    group_by_safe_name,
    in_few_tasks,
    row_in_task,
    source_path,
    sources,
    trimmed,
)
from glue_jobs.runtime.rows import ARRIVED, LINE, RAW, SOURCE_COLUMNS
from glue_jobs.runtime.steps import Step, Steps, in_steps
from glue_jobs.runtime.store import ObjectStore
from lake.files.csv_text import WHITESPACE
from lake.model.columns import Column as Declared
from lake.model.spec import Table

VALUE = "value"
"""Name of the line's column in Spark's text source."""

_RECORD = "_record"
_EXACT = "_exact"
_IRREGULAR = "_irregular"
_LAST = "_last"
_TEXT = "_text_"
_STRICT = {"allowSingleQuotes": "false"}
_MAP = T.MapType(T.StringType(), T.StringType())
_LONG_NUMBER = r"[0-9.]{17}"
"""The parser reads numbers with a point as doubles, which keep fifteen digits."""

_PERHAPS_LONG = r"[.-9][.-9]{16}"
"""What _LONG_NUMBER finds, also with slashes: a single range is compared faster at each place of a line."""

_MARK = "\u0001"
"""A character that no JSON text holds."""

_NUMBER = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+"
_STRING = r'"(?:[^"\\]++|\\.)*+"'
_NUMBER_OF_KEY = rf"({_STRING}[ \t]*+:[ \t]*+)({_NUMBER})(?=[ \t\r]*+[,}}])|({_STRING}?+)"
"""A key with its number, or any other string, so that nothing inside a string is taken for a key.

A string that is not closed extends to the end of the line: each character is looked at twice at most.
"""

_WHOLE_PAIRS = (
    r"^(?:[^\\]++|\\[^u]|\\u(?:[0-9abcefABCEF][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2}"
    r"|[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}))*+(?![\s\S])"
)
"""A text in which every escaped surrogate is one of a pair."""


def read_json_lines(
    spark: SparkSession,
    store: ObjectStore,
    bucket: str,
    table: Table,
    files: Sequence[LandedFile],
    steps: Steps | None = None,
) -> DataFrame:
    """Return all records of a stream's files.

    Columns: the declared ones as trimmed text, `extra`, RAW, LINE, ARRIVED and SOURCE_COLUMNS, of which
    `source_rank` is the SHA-256 of the line. Blank lines are no records but count in `source_row`.
    Execute the result within `one_file_per_task`. `steps` are the table's `parse_steps`, made before.
    """
    urls = {store.url(bucket, file.key): file for file in files}
    groups = [[store.url(bucket, file.key) for file in group] for group in group_by_safe_name(files)]
    frames = [spark.read.option("__globPaths__", "false").text(group) for group in groups]
    columns = [F.col(VALUE), source_path().alias("_path"), row_in_task().alias("source_row")]
    lines = reduce(DataFrame.unionByName, (frame.select(columns) for frame in frames))
    with_source = in_few_tasks(spark, lines).join(
        F.broadcast(sources(spark, urls).drop("source_rank")), "_path", "left"
    )
    return in_steps(with_source.where(is_record()), steps or parse_steps(table))


def is_record() -> Column:
    """Return the condition that VALUE is not blank."""
    # Not by a trim, which compares bytes: half of a wide space would be blank, and the record lost.
    return F.col(VALUE).rlike(f"[^{WHITESPACE}]")


def parse_lines(lines: DataFrame, table: Table) -> DataFrame:
    """Parse lines into the columns that `check_rows` takes.

    Input columns: VALUE, `source_file`, `source_row`, ARRIVED. Each line is parsed once, into a map of all
    its keys.
    """
    return in_steps(lines, parse_steps(table))


def parse_steps(table: Table) -> Steps:
    """Return the selections of `parse_lines`."""
    valid = F.is_valid_utf8(F.col(VALUE)) & _has_whole_pairs(F.col(VALUE))
    texts = (
        "source_file",
        "source_row",
        ARRIVED,
        F.sha2(F.col(VALUE).cast("binary"), 256).alias("source_rank"),
        valid.alias("_valid"),
        F.make_valid_utf8(F.col(VALUE)).alias(LINE),
    )
    has_long = F.col(LINE).rlike(_PERHAPS_LONG) & F.col(LINE).rlike(_LONG_NUMBER)
    is_long = has_long & ~F.contains(LINE, F.lit(_MARK))
    exact = ("*", F.when(is_long, _with_numbers_as_texts(F.col(LINE))).alias(_EXACT))
    parsed = ("*", _objects(F.coalesce(_EXACT, LINE)).alias(_RECORD))
    # JSON `null` is an array's empty element, and two objects are two elements.
    good = F.when(F.col("_valid") & (F.size(_RECORD) == 1), F.get(F.col(_RECORD), F.lit(0)))
    kept = (LINE, _EXACT, ARRIVED, *SOURCE_COLUMNS)
    candidates = (*kept, good.alias(_RECORD))
    found: Step = ("*", *_texts(table))
    # Only an object with a null, an undeclared or a repeated key has more entries than declared values.
    marked = ("*", (F.size(_RECORD) != _declared_values(table)).alias(_IRREGULAR))
    last = ("*", F.when(F.col(_IRREGULAR), _last_of_each(F.col(_RECORD))).alias(_LAST))
    rows = (
        "*",
        F.when(F.col(_RECORD).isNull(), F.col(LINE)).alias(RAW),
        F.when(F.col(_IRREGULAR), _undeclared(table)).alias("extra"),
    )
    values: Step = (
        *(trimmed(_last_text(column)).alias(column.name) for column in table.columns),
        "extra",
        RAW,
        LINE,
        ARRIVED,
        *SOURCE_COLUMNS,
    )
    return (texts, exact, parsed, candidates, found, marked, last, rows, values)


def _has_whole_pairs(line: Column) -> Column:
    """Return whether no escape of the line is half a surrogate pair, which Spark would turn into `?`."""
    surrogate = F.contains(line, F.lit("\\ud")) | F.contains(line, F.lit("\\uD"))
    escape = F.contains(line, F.lit("\\u")) & surrogate
    return ~escape | line.rlike(_WHOLE_PAIRS)


def _objects(line: Column) -> Column:
    """Parse the line as an array's content, by which the parser notices text after the object."""
    return F.from_json(F.concat(F.lit("["), line, F.lit("]")), T.ArrayType(_MAP), _STRICT)


def _with_numbers_as_texts(line: Column) -> Column:
    """Put the number of each key into quotes, so that the parser does not round it."""
    marked = F.regexp_replace(line, _NUMBER_OF_KEY, f"$1{_MARK}$2{_MARK}$3")
    return F.replace(F.replace(marked, F.lit(_MARK * 2), F.lit("")), F.lit(_MARK), F.lit('"'))


def _texts(table: Table) -> Iterator[Column]:
    """Yield the value of each declared key of a record that has no repeated one, as a column `_TEXT + name`.

    A map is searched from its beginning. Most records have the declared keys in their order.
    """
    keys, values = F.map_keys(_RECORD), F.map_values(_RECORD)
    for place, column in enumerate(table.columns):
        is_there = F.get(keys, F.lit(place)) == column.header
        found = F.when(is_there, F.get(values, F.lit(place))).otherwise(F.col(_RECORD)[column.header])
        yield found.alias(_TEXT + column.name)


def _declared_values(table: Table) -> Column:
    """Return how many declared columns have a value in the record."""
    present = [F.col(_TEXT + column.name).isNotNull().cast("int") for column in table.columns]
    return reduce(Column.__add__, present)


def _last_text(column: Declared) -> Column:
    return F.when(F.col(_IRREGULAR), F.col(_LAST)[column.header]).otherwise(F.col(_TEXT + column.name))


def _last_of_each(record: Column) -> Column:
    """Remove the repeated keys that the parser keeps; the last value wins, by the session's SETTINGS."""
    return F.map_concat(record, F.create_map().cast(_MAP))


def _undeclared(table: Table) -> Column:
    """Return the keys and values of a record that no column declares; null if there are none.

    A nested value is the text of its JSON as it was written, numbers without quotes.
    """
    headers = [column.header for column in table.columns]
    others = F.map_filter(F.col(_LAST), lambda key, _: ~key.isin(*headers))
    written = F.when(F.col(_EXACT).isNotNull(), _last_of_each(F.get(_objects(F.col(LINE)), F.lit(0))))

    def as_written(key: Column, value: Column) -> Column:
        return F.when(value.rlike(r"^[\[{]"), F.coalesce(written[key], value)).otherwise(value)

    unquoted = F.transform_values(others, as_written)
    return F.when(F.size(others) > 0, F.when(F.col(_EXACT).isNull(), others).otherwise(unquoted))
