"""The rows of published tables, to compare two runs over the same files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

Rows = Counter[tuple[Any, ...]]
"""Row → how often it occurs."""


def rows_of(folder: Path, without: Sequence[str] = ()) -> Rows:
    """Return the rows of the Parquet files in a table's folder, partition keys included.

    Each value is text with its column's name and type. `without` names columns that are left out. A folder
    without files has no rows.
    """
    if not any(folder.rglob("*.parquet")):
        return Counter()
    source = f"read_parquet('{folder}/**/*.parquet', hive_partitioning = true, union_by_name = true)"
    excluded = f"EXCLUDE ({', '.join(without)})" if without else ""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        kinds = connection.execute(f"DESCRIBE SELECT * {excluded} FROM {source}").fetchall()
        columns = [f"{name} {kind}" for name, kind, *_ in kinds]
        found = connection.execute(
            f"SELECT CAST(COLUMNS(*) AS varchar) FROM (SELECT * {excluded} FROM {source})"
        )
        return Counter(
            tuple(f"{column}: {value}" for column, value in zip(columns, row, strict=True))
            for row in found.fetchall()
        )


def differences(expected: Rows, found: Rows) -> list[str]:
    """Return a line for each row that only one side has, or that occurs more often there; sorted."""
    missing = [f"missing {count} of {row}" for row, count in (expected - found).items()]
    surplus = [f"surplus {count} of {row}" for row, count in (found - expected).items()]
    return sorted(missing + surplus)
