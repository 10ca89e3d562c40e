"""Texts inside and outside the grammar of each type."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from glue_jobs.quality.casting import cast_text
from lake.model.columns import Column, bigint, boolean, date, decimal, integer, money, text, texts, timestamp

COLUMNS = {
    "string": text("string", "Text."),
    "int": integer("int", "Integer."),
    "bigint": bigint("bigint", "Long integer."),
    "money": money("money", "Two digits after the point."),
    "pct": decimal(5, 2)("pct", "A percentage."),
    "boolean": boolean("boolean", "Truth."),
    "date": date("date", "Day."),
    "timestamp": timestamp("timestamp", "Moment."),
    "bare": timestamp("bare", "Moment, or a day.", bare_date=True),
}

CASES = [
    ("string", "as it is", "as it is"),
    ("int", "101", "101"),
    ("int", "101.0", "101"),
    ("int", "101.5", None),
    ("int", "-7", "-7"),
    ("int", "+7", "7"),
    ("int", "1e3", "1000"),
    ("int", "1.5e1", "15"),
    ("int", "1.55e1", None),
    ("int", "-0", "0"),
    ("int", "007", "7"),
    ("int", "2147483647", "2147483647"),
    ("int", "2147483648", None),
    ("int", "2147483647.0", "2147483647"),
    ("int", "2147483648.0", None),
    ("int", "-2147483648", "-2147483648"),
    ("int", "1,000", None),
    ("int", "1 000", None),
    ("int", "0x10", None),
    ("int", "one", None),
    ("int", "NaN", None),
    ("int", "Infinity", None),
    ("int", "1e400", None),
    ("int", "1e999999999", None),
    ("int", "1e-999999999", None),
    ("int", "true", None),
    ("bigint", "9223372036854775807", "9223372036854775807"),
    ("bigint", "9223372036854775808", None),
    ("bigint", "-9223372036854775808", "-9223372036854775808"),
    ("bigint", "101.0", "101"),
    ("bigint", "101.5", None),
    ("bigint", "101.", "101"),
    ("bigint", "1e18", "1000000000000000000"),
    ("bigint", "1e19", None),
    ("bigint", "1e400", None),
    ("bigint", "5L", None),
    ("money", "1", "1.00"),
    ("money", "1.004", "1.00"),
    ("money", "1.005", "1.01"),
    ("money", "-1.005", "-1.01"),
    ("money", "-1.004", "-1.00"),
    ("money", "0.00499999999999999999", "0.00"),
    ("money", ".5", "0.50"),
    ("money", "5.", "5.00"),
    ("money", "1e2", "100.00"),
    ("money", "1E-2", "0.01"),
    ("money", "5e-3", "0.01"),
    ("money", "1e99", None),
    ("money", "1e400", None),
    ("money", "1e999999999", None),
    ("money", "-1e-999999999", None),
    ("money", "9999999999999999.99", "9999999999999999.99"),
    ("money", "9999999999999999.995", None),
    ("money", "10000000000000000", None),
    ("money", "NaN", None),
    ("money", "inf", None),
    ("money", "-Infinity", None),
    ("money", "$5", None),
    ("money", "5,00", None),
    ("money", "5.0.0", None),
    ("money", "--5", None),
    ("money", "ten", None),
    ("money", "1e", None),
    ("money", "5f", None),
    ("money", "5d", None),
    ("money", "0" * 58 + "15", "15.00"),
    ("money", "0" * 59 + "15", None),
    ("pct", "33.335", "33.34"),
    ("pct", "999.99", "999.99"),
    ("pct", "1000", None),
    ("boolean", "true", "true"),
    ("boolean", "TRUE", "true"),
    ("boolean", "False", "false"),
    ("boolean", "t", None),
    ("boolean", "yes", None),
    ("boolean", "1", None),
    ("boolean", "0", None),
    ("date", "2024-02-29", "2024-02-29"),
    ("date", "2023-02-29", None),
    ("date", "2024-13-01", None),
    ("date", "2024-1-1", None),
    ("date", "2024-01", None),
    ("date", "01/02/2024", None),
    ("date", "20240101", None),
    ("date", "2024-01-01T00:00:00", None),
    ("date", "+2024-01-01", None),
    ("date", "0000-01-01", None),
    ("date", "0001-01-01", "0001-01-01"),
    ("date", "2970-12-31", "2970-12-31"),
    ("date", "9999-12-31", "9999-12-31"),
    ("date", "12024-01-01", None),
    ("timestamp", "2024-01-31T23:59:59", "2024-01-31 23:59:59"),
    ("timestamp", "2024-01-31 23:59:59", "2024-01-31 23:59:59"),
    ("timestamp", "2024-01-31T23:59:59Z", "2024-01-31 23:59:59"),
    ("timestamp", "2024-01-31T23:59:59+03:00", "2024-01-31 20:59:59"),
    ("timestamp", "2024-01-31T23:59:59-0230", "2024-02-01 02:29:59"),
    ("timestamp", "2024-01-31T23:59:59+03", "2024-01-31 20:59:59"),
    ("timestamp", "2024-01-31T23:59:59.5", "2024-01-31 23:59:59.5"),
    ("timestamp", "2024-01-31T23:59:59.123456Z", "2024-01-31 23:59:59.123456"),
    ("timestamp", "2024-01-31T23:59:59.123456789", "2024-01-31 23:59:59.123456"),
    ("timestamp", "2024-01-31T24:00:00", None),
    ("timestamp", "2024-01-31T23:60:00", None),
    ("timestamp", "2024-01-31T23:59:60", None),
    ("timestamp", "2024-01-31T23:59", None),
    ("timestamp", "2024-01-31", None),
    ("timestamp", "2024-02-30T00:00:00", None),
    ("timestamp", "2024-1-31T23:59:59", None),
    ("timestamp", "2024-01-31T23:59:59 UTC", None),
    ("timestamp", "2024-01-31T23:59:59+25:00", None),
    ("timestamp", "1706745599", None),
    ("timestamp", "23:59:59", None),
    ("timestamp", "0000-12-31T23:59:59", None),
    ("timestamp", "0001-01-01T00:00:00", "0001-01-01 00:00:00"),
    ("timestamp", "0001-01-01T00:00:00+18:00", None),
    ("timestamp", "0000-12-31T23:00:00-02:00", "0001-01-01 01:00:00"),
    ("timestamp", "9999-12-31T23:59:59-18:00", None),
    ("timestamp", "2970-12-31T00:00:00", "2970-12-31 00:00:00"),
    ("timestamp", "9999-12-31T23:59:59", "9999-12-31 23:59:59"),
    ("bare", "2024-01-31", "2024-01-31 00:00:00"),
    ("bare", "2024-01-31T10:00:00", "2024-01-31 10:00:00"),
    ("bare", "2024-02-30", None),
    ("bare", "2024-1-31", None),
]


@pytest.fixture(scope="module")
def values(spark: SparkSession) -> dict[tuple[str, str], str | None]:
    """Return (column, text) → its value as text; one query casts all, so that any error fails every case."""
    written = spark.createDataFrame([(given,) for given in {given for _, given, _ in CASES}], "given string")
    typed = written.select(
        "given", *(cast_text(column, F.col("given")).alias(name) for name, column in COLUMNS.items())
    )
    assert [field.dataType.simpleString() for field in typed.schema][1:] == [c.type for c in COLUMNS.values()]
    rows = typed.select("given", *(F.col(name).cast("string") for name in COLUMNS)).collect()
    return {(name, row["given"]): row[name] for row in rows for name in COLUMNS}


@pytest.mark.parametrize(("column", "given", "value"), CASES)
def test_text_is_cast_to_its_value_or_null(
    values: dict[tuple[str, str], str | None], column: str, given: str, value: str | None
) -> None:
    assert values[column, given] == value


def test_type_that_files_cannot_hold_is_an_error(spark: SparkSession) -> None:
    column: Column = texts("tags", "Tags.")
    with pytest.raises(ValueError, match=r"column tags: values of type array<string>"):
        cast_text(column, F.lit("a"))


IDENTIFIERS = [
    ("123457", "123457"), ("101.0", "101"), ("101.", "101"), ("-5", "-5"), ("101.5", None),
    ("1.23457E+11", None), ("1e3", None), ("1E0", None), ("5e-0", None), (".1e1", None),
    ("9223372036854775807", "9223372036854775807"), ("9223372036854775808", None),
]  # fmt: skip
"""Text, and the identifier that it stands for."""


def test_identifier_takes_no_exponent(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(text,) for text, _ in IDENTIFIERS], "text string").coalesce(1)
    value = cast_text(COLUMNS["bigint"], F.col("text"), is_identifier=True)
    found = frame.select("text", value.cast("string").alias("value")).collect()
    assert [tuple(row) for row in found] == IDENTIFIERS
