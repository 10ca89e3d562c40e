"""Casts text to the declared types; text that does not match a type's grammar becomes null.

Spark's own casts accept too much (bare dates as timestamps, `2024-1-1`), so each type has its own grammar
here. The expressions use Spark functions only, are null-safe, and never fail in ANSI mode.
"""

from __future__ import annotations

from pyspark.sql import Column as Expression
from pyspark.sql import functions as F

from lake.model.columns import Column

_DATE = r"^\d{4}-\d{2}-\d{2}$"
_TIMESTAMP = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}(:?\d{2})?)?$"
_WHOLE_FLOAT = r"^[+-]?\d+\.0*$"
_LONG_NUMBER = 60
_SMALL_EXPONENT = r"^[+-]?(\d+\.?\d*|\.\d+)[eE][+-]?\d{1,2}$"


def _number(text: Expression, type_: str) -> Expression:
    """Cast to a decimal, rounded half-up. Huge exponents give null: Spark would take hours to expand them."""
    exponent = F.contains(text, F.lit("e")) | F.contains(text, F.lit("E"))
    plain = (F.length(text) <= _LONG_NUMBER) & (~exponent | text.rlike(_SMALL_EXPONENT))
    return F.when(plain, text.try_cast(type_))


def _integer(text: Expression, type_: str) -> Expression:
    """Cast to an integer: also from 101.0 and 1e3, but not from 101.5."""
    exact = _number(text, "decimal(38,18)")
    whole = F.when(exact == F.floor(exact), exact.cast("decimal(38,0)").try_cast(type_))
    return F.coalesce(_identifier(text, type_), whole)


def _identifier(text: Expression, type_: str) -> Expression:
    """Cast to an integer: also from 101.0, but from no exponent.

    A spreadsheet writes long ids as 1.23457E+11, and that is another id.
    """
    # 101.0 is common, as programs with a single number type write it, and casting by way of decimals is slow.
    # So is a cast that fails: Spark makes an exception for each text, and drops it. None with a point casts.
    float_text = F.when(text.rlike(_WHOLE_FLOAT), F.substring_index(text, ".", 1).try_cast(type_))
    return F.when(F.contains(text, F.lit(".")), float_text).otherwise(text.try_cast(type_))


def _timestamp(text: Expression, *, bare_date: bool) -> Expression:
    grammar = text.rlike(_TIMESTAMP)
    if bare_date:
        grammar = grammar | text.rlike(_DATE)
    return _in_supported_years(text, grammar, text.try_cast("timestamp"))


def _in_supported_years(text: Expression, grammar: Expression, moment: Expression) -> Expression:
    """Return the moment of a text that has the grammar.

    Null outside the years 1 to 9999, which a time zone's offset can reach and partitions cannot hold. Only
    for a text in the first or last of them, or in year 0, the cast value is looked at.
    """
    is_near = F.startswith(text, F.lit("000")) | F.startswith(text, F.lit("9999"))
    checked = F.when(F.year(moment).between(1, 9999), moment)
    return F.when(grammar & ~is_near, moment).when(grammar, checked)


def _boolean(text: Expression) -> Expression:
    lowered = F.lower(text)
    return F.when(lowered == "true", F.lit(True)).when(lowered == "false", F.lit(False))


def cast_text(column: Column, text: Expression, *, is_identifier: bool = False) -> Expression:
    """Return the value of `column` for a trimmed text; null if the text does not match the type's grammar.

    `is_identifier` says that the column identifies a row, of its own table or of another: its integers take
    no exponent. Raises ValueError for a type that files cannot hold.
    """
    if column.type == "string":
        return text
    if column.type.startswith("decimal"):
        return _number(text, column.type)
    if column.type in ("int", "bigint"):
        return _identifier(text, column.type) if is_identifier else _integer(text, column.type)
    if column.type == "boolean":
        return _boolean(text)
    if column.type == "date":
        return _in_supported_years(text, text.rlike(_DATE), text.try_cast("date"))
    if column.type == "timestamp":
        return _timestamp(text, bare_date=column.bare_date)
    raise ValueError(f"column {column.name}: values of type {column.type} cannot be read from files")
