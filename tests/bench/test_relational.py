"""The rows of the relational benchmark have the declared types, keys of their own, and their month."""

from __future__ import annotations

import duckdb
import pytest

from bench.relational import generated, widest
from lake.model.discovery import load_domain

SHOP = load_domain("ecommerce")
DUCKDB_TYPES = {"string": "VARCHAR", "int": "INTEGER", "timestamp": "TIMESTAMP WITH TIME ZONE"}


def test_the_widest_monthly_table_is_loaded() -> None:
    assert widest(SHOP).name == "events"


def test_rows_have_the_declared_types_and_their_month() -> None:
    schema = widest(SHOP)
    query = generated(SHOP, schema, 100, 13, 0)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        types = {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE {query}").fetchall()}
        assert types == {
            column.name: DUCKDB_TYPES.get(column.type, column.type.upper())
            for column in SHOP.table("events").silver_columns
        }
        keys, first, last, months = connection.execute(
            "SELECT count(DISTINCT event_id), min(event_id), max(event_id), "
            f"list(DISTINCT date_trunc('month', event_ts)::VARCHAR) FROM ({query})"
        ).fetchall()[0]
    assert (keys, first, last, months) == (100, 1300, 1399, ["2025-02-01 00:00:00+00"])


@pytest.mark.parametrize(("changed", "different"), [(0, 0), (1, 2)])
def test_every_hundredth_row_changes(changed: int, different: int) -> None:
    schema = widest(SHOP)
    before, after = (generated(SHOP, schema, 200, 0, each) for each in (0, changed))
    with duckdb.connect() as connection:
        [(found,)] = connection.execute(f"SELECT count(*) FROM ({after} EXCEPT {before})").fetchall()
    assert found == different
