"""Builds frames from literal tables, and compares frames with them.

A literal table has a header and one line per row, with `null` for null:

    order_id | order_time          | total_usd
    1        | 2025-11-02 08:30:00 | 40.00
"""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lake.model.columns import Column
from lake.model.spec import Mart

Rows = list[tuple[str | None, ...]]


def parse(table: str) -> tuple[list[str], Rows]:
    """Return header and rows of a literal table. Raises ValueError if a row has another number of cells."""
    lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    header, *body = lines
    for cells in body:
        if len(cells) != len(header):
            raise ValueError(f"row {cells} does not have the columns {header}")
    return header, [tuple(None if cell == "null" else cell for cell in cells) for cells in body]


def frame(spark: SparkSession, columns: Sequence[Column], table: str) -> DataFrame:
    """Return a frame with all `columns` in their declared types; columns that `table` lacks are null.

    Raises ValueError if `table` has a column that is not in `columns`.
    """
    header, body = parse(table)
    unknown = set(header) - {column.name for column in columns}
    if unknown:
        raise ValueError(f"no such columns: {sorted(unknown)}")
    text = _texts(spark, len(header), body)
    places = {name: f"col{place}" for place, name in enumerate(header, start=1)}
    return text.select(
        *(
            F.col(places[column.name]).cast(column.type).alias(column.name)
            if column.name in places
            else F.lit(None).cast(column.type).alias(column.name)
            for column in columns
        )
    )


def _texts(spark: SparkSession, width: int, body: Rows) -> DataFrame:
    literals = ", ".join(f"({', '.join(map(_literal, row))})" for row in body or [(None,) * width])
    values = spark.sql(f"SELECT * FROM VALUES {literals}")
    return values if body else values.limit(0)


def _literal(cell: str | None) -> str:
    if cell is None:
        return "CAST(NULL AS STRING)"
    escaped = cell.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def texts(frame: DataFrame, names: Sequence[str]) -> Rows:
    """Return the named columns of every row as text, in sorted order."""
    rows = frame.select(*(F.col(name).cast("string") for name in names)).collect()
    return _sorted([tuple(row) for row in rows])


def _sorted(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: [(cell is None, cell or "") for cell in row])


def assert_published(actual: DataFrame, mart: Mart, table: str) -> None:
    """Assert that `actual` has exactly the mart's columns and types, and the rows of `table` in any order.

    Only the columns of `table` are compared, as text: 1.5 differs from 1.50.
    """
    declared = [(column.name, column.type) for column in mart.columns]
    assert [(field.name, field.dataType.simpleString()) for field in actual.schema] == declared
    header, body = parse(table)
    assert texts(actual, header) == _sorted(body)
