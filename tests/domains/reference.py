"""Compares Spark's marts with those of the DuckDB reference."""

from __future__ import annotations

from collections import Counter

import duckdb
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.model.spec import Mart

Tables = tuple[dict[str, DataFrame], duckdb.DuckDBPyConnection]
"""Spark's marts by name, and a connection with those of the reference."""


def assert_equals_reference(tables: Tables, mart: Mart) -> None:
    """Assert that both marts have the same rows as text, and at least one."""
    frames, connection = tables
    names = [column.name for column in mart.columns]
    expected = connection.execute(
        f"SELECT {', '.join(f'CAST({name} AS VARCHAR)' for name in names)} FROM {mart.name}"
    ).fetchall()
    actual = frames[mart.name].select(*(F.col(name).cast("string") for name in names)).collect()

    assert expected
    assert Counter(tuple(row) for row in actual) == Counter(expected)
