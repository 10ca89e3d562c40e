"""Texts are cast by the grammar of the reference."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest

from bench.reference.rows import cast_text, duckdb_type, wide_type
from lake.model.columns import Column, bigint, boolean, date, money, timestamp

Declare = Callable[[str, str], Column]


@pytest.mark.parametrize(
    ("declare", "text", "expected"),
    [
        (bigint, "101.0", "101"),
        (bigint, "101.5", None),
        (money, "1.005", "1.01"),
        (money, "-1e2", "-100.00"),
        (money, "one", None),
        (boolean, "True", "true"),
        (boolean, "yes", None),
        (date, "2024-02-29", "2024-02-29"),
        (date, "2024-2-29", None),
        (timestamp, "2025-01-01T00:30:00+01:00", "2024-12-31 23:30:00"),
        (timestamp, "2025-01-01", None),
    ],
)
def test_text_is_cast_or_null(declare: Declare, text: str, expected: str | None) -> None:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        sql = f"SELECT CAST({cast_text(declare('value', 'A value.'))} AS VARCHAR) FROM (SELECT ? AS value)"
        assert connection.execute(sql, [text]).fetchall() == [(expected,)]


@pytest.mark.parametrize(
    ("declared", "narrow", "wide"),
    [
        ("string", "VARCHAR", "VARCHAR"),
        ("array<string>", "VARCHAR[]", "VARCHAR[]"),
        ("bigint", "BIGINT", "BIGINT"),
        ("decimal(18,2)", "DECIMAL(18,2)", "DECIMAL(38,2)"),
    ],
)
def test_types_are_translated_and_widened_for_checks(declared: str, narrow: str, wide: str) -> None:
    assert (duckdb_type(declared), wide_type(declared)) == (narrow, wide)
