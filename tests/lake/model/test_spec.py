"""What a declaration derives: orders, dates, check names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lake.errors import UnknownNameError
from lake.model.checks import at_least
from lake.model.columns import bigint, date, money, text
from lake.model.discovery import load_domain
from lake.model.spec import Domain, Every, Mart, Reference, Stream, Table

SHOP = load_domain("ecommerce")
ID = bigint("id", "Identifies it.")


def test_tables_and_marts_are_found_by_name_and_unknown_ones_told() -> None:
    assert SHOP.table("orders").name == "orders"
    assert SHOP.mart("sales_by_month").name == "sales_by_month"
    with pytest.raises(
        UnknownNameError, match=r"there is no table 'order'\. Known: customers, products, orders"
    ):
        SHOP.table("order")
    with pytest.raises(UnknownNameError, match=r"there is no mart 'orders'"):
        SHOP.mart("orders")


def test_referenced_tables_come_first() -> None:
    order = [table.name for table in SHOP.in_order()]
    assert sorted(order) == sorted(table.name for table in SHOP.tables)
    for table in SHOP.tables:
        for ref in table.references:
            assert order.index(ref.table) < order.index(table.name)
    assert SHOP.ranks == {
        "customers": 0, "products": 0, "orders": 1, "sessions": 1, "events": 2, "order_items": 2,
        "reviews": 2,
    }  # fmt: skip


def test_marts_that_feed_others_come_first_whatever_their_place() -> None:
    backwards = replace(SHOP, marts=tuple(reversed(SHOP.marts)))
    order = [mart.name for mart in backwards.marts_in_order()]
    assert sorted(order) == sorted(mart.name for mart in SHOP.marts)
    for mart in SHOP.marts:
        for name in set(mart.inputs) & set(order):
            assert order.index(name) < order.index(mart.name)


def test_a_table_is_dated_by_itself_or_by_its_parent() -> None:
    assert {table.name for table in SHOP.tables if table.is_dated} == {
        "orders", "order_items", "sessions", "events", "reviews",
    }  # fmt: skip
    reference = SHOP.table("order_items").month_reference
    assert reference == Reference(column="order_id", table="orders", gives_month=True)
    assert SHOP.table("orders").month_reference is None


def test_keys_dates_and_declared_columns_are_required_and_required_ones_are_strict() -> None:
    orders = SHOP.table("orders")
    required = {column.name for column in orders.columns if orders.is_required(column)}
    assert required == {"order_id", "customer_id", "order_time", "subtotal_usd", "total_usd"}
    products = SHOP.table("products")
    strict = {column.name for column in products.columns if products.is_strict(column)}
    assert strict == {"product_id", "price_usd", "cost_usd"}


def test_check_names_are_all_that_a_row_can_fail() -> None:
    table = Table(
        name="sales",
        description="Sales.",
        key=("id",),
        dated_by="day",
        columns=(
            ID, date("day", "Day.", source="date"), money("amount", "Amount."), text("who", "Who."),
            bigint("number", "Number.", lenient=True),
        ),
        checks=(at_least("amount", 0),),
        references=(Reference(column="who", table="people"),),
    )  # fmt: skip
    assert table.check_names() == (
        "amount.range", "amount.type", "date.not_null", "date.type", "id.not_null", "id.type",
        "record.malformed", "who.unknown",
    )  # fmt: skip
    assert table.headers == ("id", "date", "amount", "who", "number")
    assert table.key_headers == ("id",)


def test_partition_keys_follow_the_unit() -> None:
    day = date("day", "Day.")
    mart = Mart(name="m", description="-", grain=("day",), inputs=(), columns=(day,), dated_by="day")
    assert replace(mart, every=Every.MONTH).partition_keys == ("year", "month")
    assert replace(mart, every=Every.YEAR).partition_keys == ("year",)
    assert replace(mart, dated_by=None).partition_keys == ()


def test_a_mart_is_whole_without_a_unit_or_by_declaration() -> None:
    assert SHOP.mart("customer_rfm").is_whole
    assert not SHOP.mart("sales_by_month").is_whole
    assert replace(SHOP.mart("sales_by_month"), whole=True).is_whole


def test_streams_and_csv_tables_are_told_apart() -> None:
    drops = Table(name="drops", description="Drops.", key=("id",), columns=(ID,))
    stream = replace(drops, name="readings", stream=Stream(folders=("readings",), rank=("id",)))
    domain = Domain(name="both", description="Both.", tables=(drops, stream))
    assert domain.csv_tables == (drops,)
    assert domain.stream_tables == (stream,)
