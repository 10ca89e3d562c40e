"""The tables of the layers, and their partition keys."""

from __future__ import annotations

import pytest

from lake.errors import UnknownNameError
from lake.files.layers import StoredTable, partitioned_tables, stored_table
from lake.model.discovery import load_domain

SHOP = load_domain("ecommerce")


@pytest.mark.parametrize(
    ("layer", "name", "keys"),
    [
        ("bronze", "orders", ("batch", "year", "month")),
        ("bronze", "order_items", ("batch",)),
        ("bronze", "customers", ("batch",)),
        ("quarantine", "orders", ("batch",)),
        ("silver", "orders", ("year", "month")),
        ("silver", "order_items", ("year", "month")),
        ("silver", "customers", ()),
        ("gold", "fact_orders_enriched", ("year", "month")),
        ("gold", "sales_by_month", ("year",)),
        ("gold", "customer_rfm", ()),
        ("gold", "pipeline_runs", ("year",)),
    ],
)
def test_keys_follow_from_layer_and_declaration(layer: str, name: str, keys: tuple[str, ...]) -> None:
    assert stored_table(SHOP, layer, name) == StoredTable(layer=layer, name=name, keys=keys)


def test_tables_without_keys_have_no_partitions() -> None:
    tables = {(table.layer, table.name): table for table in partitioned_tables(SHOP)}
    assert ("silver", "orders") in tables
    assert ("silver", "customers") not in tables
    assert ("gold", "quality_by_run") not in tables
    assert all(table == stored_table(SHOP, *place) for place, table in tables.items())


def test_unknown_table_is_named() -> None:
    with pytest.raises(UnknownNameError, match="invoices"):
        stored_table(SHOP, "bronze", "invoices")
