"""Rows as text in Spark: for the text files that MySQL loads, and for the sums that both compare."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

from lake.model.relational.schema import Field, RelationalSchema

NULL = r"\N"
ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\0", "\\0"))
FIRST_YEAR, LAST_YEAR = 1000, 9999
"""MySQL loads earlier dates without a warning, and computes wrongly with them."""


def row_text(schema: RelationalSchema) -> Column:
    """Return the values joined by tabs, null as `\\N`: what `ddl.row_text` returns in MySQL."""
    return _joined([_value(field) for field in schema.fields])


def row_line(schema: RelationalSchema) -> Column:
    """Return the line of a text file: like the text, but tabs, line ends and backslashes are escaped."""
    return _joined([_escaped(_value(f)) if f.is_text else _value(f) for f in schema.fields])


def is_refused(schema: RelationalSchema) -> Column:
    """Return whether a row has a date that MySQL cannot hold."""
    dates = [F.year(field.name) for field in schema.fields if field.type in ("date", "timestamp")]
    wrong = [F.coalesce(~year.between(FIRST_YEAR, LAST_YEAR), F.lit(False)) for year in dates]
    return reduce(lambda left, right: left | right, wrong, F.lit(False))


def _joined(values: Sequence[Column]) -> Column:
    return F.concat_ws("\t", *(F.coalesce(value, F.lit(NULL)) for value in values))


def _value(field: Field) -> Column:
    column = F.col(field.name)
    if field.type == "timestamp":
        return F.date_format(column, "yyyy-MM-dd HH:mm:ss.SSSSSS")
    if field.type == "boolean":
        return column.cast("int").cast("string")
    return column.cast("string")


def _escaped(value: Column) -> Column:
    for character, code in ESCAPES:
        value = F.replace(value, F.lit(character), F.lit(code))
    return value
