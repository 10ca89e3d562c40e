"""Incoming tables: their dates, required columns and check names."""

from __future__ import annotations

from lake.model.checks import at_least
from lake.model.columns import bigint, date, money, text
from lake.model.discovery import load_domain
from lake.model.tables import Reference, Table

SHOP = load_domain("ecommerce")
ID = bigint("id", "Identifies it.")


def test_table_is_dated_by_itself_or_by_its_parent() -> None:
    assert {table.name for table in SHOP.tables if table.is_dated} == {
        "orders", "order_items", "sessions", "events", "reviews",
    }  # fmt: skip
    reference = SHOP.table("order_items").month_reference
    assert reference == Reference(column="order_id", table="orders", gives_month=True)
    assert SHOP.table("orders").month_reference is None


def test_keys_and_dates_are_required_and_required_columns_are_strict() -> None:
    orders = SHOP.table("orders")
    required = {column.name for column in orders.columns if orders.is_required(column)}
    assert required == {"order_id", "customer_id", "order_time", "subtotal_usd", "total_usd"}
    products = SHOP.table("products")
    strict = {column.name for column in products.columns if products.is_strict(column)}
    assert strict == {"product_id", "price_usd", "cost_usd"}


def test_check_names_list_every_check_that_a_row_can_fail() -> None:
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
        "amount.range", "amount.type", "date.future", "date.not_null", "date.type", "id.not_null", "id.type",
        "record.malformed", "who.unknown",
    )  # fmt: skip
    assert table.headers == ("id", "date", "amount", "who", "number")
    assert table.key_headers == ("id",)


def test_reference_is_flagged_by_its_column() -> None:
    assert Reference(column="customer_id", table="customers").check == "customer_id.unknown"
