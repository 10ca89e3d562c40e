"""The parts of a domain: look-ups by name and the order of tables and marts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lake.errors import UnknownNameError
from lake.model.columns import bigint, date
from lake.model.declaration import Declaration
from lake.model.discovery import load_domain
from lake.model.marts import PIPELINE_RUNS, QUALITY_BY_RUN, Mart
from lake.model.serving import Collection
from lake.model.spec import Domain
from lake.model.tables import Stream, Table

SHOP = load_domain("ecommerce")
ID = bigint("id", "Identifies it.")
DAY = date("day", "Its day.")


def test_tables_and_marts_are_found_by_name() -> None:
    assert SHOP.table("orders").name == "orders"
    assert SHOP.mart("sales_by_month").name == "sales_by_month"
    with pytest.raises(
        UnknownNameError, match=r"there is no table 'order'\. Known: customers, products, orders"
    ):
        SHOP.table("order")
    with pytest.raises(UnknownNameError, match=r"there is no mart 'orders'"):
        SHOP.mart("orders")


def test_referenced_tables_come_first() -> None:
    order = [table.name for table in SHOP.tables_in_order()]
    assert sorted(order) == sorted(table.name for table in SHOP.tables)
    for table in SHOP.tables:
        for ref in table.references:
            assert order.index(ref.table) < order.index(table.name)
    assert {table.name: SHOP.ranks[table.name] for table in SHOP.tables} == {
        "customers": 0, "products": 0, "orders": 1, "sessions": 1, "events": 2, "order_items": 2,
        "reviews": 2,
    }  # fmt: skip


def test_rank_is_above_the_ranks_of_all_inputs() -> None:
    assert SHOP.inputs_of("order_items") == ("orders", "products")
    assert SHOP.inputs_of("sales_by_month") == ("fact_orders_enriched",)
    ranks = SHOP.ranks
    assert (ranks["fact_orders_enriched"], ranks["sales_by_month"]) == (3, 4)
    for name in ranks:
        assert all(ranks[each] < ranks[name] for each in SHOP.inputs_of(name))
    with pytest.raises(UnknownNameError, match="there is no table 'order'"):
        SHOP.inputs_of("order")


def test_marts_come_after_their_inputs_in_any_declared_order() -> None:
    backwards = replace(SHOP, marts=tuple(reversed(SHOP.marts)))
    order = [mart.name for mart in backwards.marts_in_order()]
    assert sorted(order) == sorted(mart.name for mart in SHOP.marts)
    for mart in SHOP.marts:
        for name in set(mart.inputs) & set(order):
            assert order.index(name) < order.index(mart.name)


def test_tables_are_divided_into_csv_tables_and_streams() -> None:
    drops = Table(name="drops", description="Drops.", key=("id",), columns=(ID,))
    read = Stream(folders=("readings",), rank=("id",))
    stream = replace(drops, name="readings", dated_by="day", columns=(ID, DAY), stream=read)
    domain = Domain(name="both", description="Both.", tables=(drops, stream))
    assert domain.csv_tables == (drops,)
    assert domain.stream_tables == (stream,)


def test_log_of_checks_is_published_beside_the_marts() -> None:
    mart = Mart(name="m", description="-", grain=("id",), inputs=(), columns=(ID,))
    declaration = Declaration(name="d", description="-", tables=(), marts=(mart,))
    assert declaration.published_marts == (mart, QUALITY_BY_RUN, PIPELINE_RUNS)


def test_mart_that_is_not_served_has_no_collection() -> None:
    served = Collection(mart="served", description="-", shapes=(), serves=())
    declaration = Declaration(name="d", description="-", tables=(), serving=(served,))
    assert declaration.collection("served") is served
    with pytest.raises(UnknownNameError, match=r"there is no served mart 'other'\. Known: served\."):
        declaration.collection("other")
