"""Columns: their types, their names in the file, and mistakes in their declaration."""

from __future__ import annotations

import pytest

from lake.model.columns import (
    Column,
    bigint,
    boolean,
    date,
    decimal,
    integer,
    measure,
    money,
    ratio,
    text,
    texts,
    timestamp,
    total,
)  # fmt: skip


@pytest.mark.parametrize(
    ("column", "type_"),
    [
        (text("c", "-"), "string"), (integer("c", "-"), "int"), (bigint("c", "-"), "bigint"),
        (boolean("c", "-"), "boolean"), (date("c", "-"), "date"), (timestamp("c", "-"), "timestamp"),
        (texts("c", "-"), "array<string>"), (money("c", "-"), "decimal(18,2)"),
        (total("c", "-"), "decimal(28,2)"), (measure("c", "-"), "decimal(18,6)"),
        (ratio("c", "-"), "decimal(18,6)"), (decimal(5, 2)("c", "-"), "decimal(5,2)"),
    ],
)  # fmt: skip
def test_constructor_sets_the_type(column: Column, type_: str) -> None:
    assert column.type == type_
    assert column.problems() == []


def test_column_may_have_another_name_in_the_file() -> None:
    column = timestamp("event_ts", "When.", source="timestamp", required=True)
    assert (column.header, column.check("type"), column.required) == ("timestamp", "timestamp.type", True)
    assert text("name", "Name.").header == "name"


@pytest.mark.parametrize(
    ("column", "problem"),
    [
        (text("Upper", "-"), "column 'Upper': names are snake_case"),
        (text("1st", "-"), "column '1st': names are snake_case"),
        (text("a b", "-"), "column 'a b': names are snake_case"),
        (text("month", "-"), "column 'month': the name is taken by a partition key; rename it with source="),
        (Column(name="c", type="decimal(5)", description="-"), "column 'c': unknown type 'decimal(5)'"),
        (text("c", ""), "column 'c': has no description"),
    ],
)
def test_mistake_in_a_column_is_reported(column: Column, problem: str) -> None:
    assert column.problems() == [problem]


def test_reserved_name_is_allowed_in_the_file() -> None:
    assert text("billing_month", "-", source="month").problems() == []
