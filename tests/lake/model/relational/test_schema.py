"""MySQL schemas follow from the declarations: types, keys, hidden columns, indexes, what is left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lake.errors import UnknownNameError
from lake.model.discovery import load_domain
from lake.model.marts import PartitionUnit
from lake.model.relational.schema import (
    RelationalSchema,
    origin_of,
    relational_schema,
    relational_schemas,
)

SHOP = load_domain("ecommerce")
SCHEMAS = {schema.name: schema for schema in relational_schemas(SHOP)}


def written(schema: RelationalSchema) -> list[str]:
    return [
        f"{field.name} {field.sql_type}{'' if field.nullable else ' not null'}" for field in schema.columns
    ]


def test_the_shop_declares_its_relational_tables() -> None:
    assert list(SCHEMAS) == [
        "customers", "products", "orders", "order_items", "sessions", "events", "reviews", "sales_by_month",
        "sales_by_week", "revenue_by_category_month", "customer_rfm", "product_ratings",
    ]  # fmt: skip


def test_types_follow_from_the_columns() -> None:
    assert written(SCHEMAS["reviews"]) == [
        "review_id bigint not null",
        "order_id bigint",
        "product_id bigint",
        "rating int",
        "review_text text",
        "review_time datetime(6)",
        "stored_month int not null",
    ]
    assert "price_usd decimal(18,2)" in written(SCHEMAS["products"])
    assert "marketing_opt_in tinyint(1)" in written(SCHEMAS["customers"])


def test_personal_data_is_left_out_unless_it_is_named() -> None:
    names = {field.name for field in SCHEMAS["customers"].fields}
    assert names == {"customer_id", "country", "age", "signup_date", "marketing_opt_in"}
    [customers, *_] = relational_schemas(SHOP, ["customers.email"])
    assert {field.name for field in customers.fields} == {*names, "email"}


def test_order_lines_are_identified_by_their_number() -> None:
    lines = SCHEMAS["order_items"]
    assert (lines.key, lines.primary) == (("order_id", "line_no"), ("order_id", "line_no"))
    assert lines.partition_by is PartitionUnit.MONTH


def test_text_in_a_key_has_a_hidden_companion_for_null_and_trailing_blanks() -> None:
    weeks = SCHEMAS["sales_by_week"]
    assert weeks.primary == ("week_start", "device_key")
    assert written(weeks)[1] == "device varchar(40)"
    assert written(weeks)[-2:] == ["device_key varbinary(161) not null", "stored_month int not null"]
    assert [field.name for field in weeks.columns if field.is_hidden] == ["device_key", "stored_month"]


def test_references_are_indexed_unless_they_begin_the_key() -> None:
    assert SCHEMAS["orders"].indexes == {
        "ix_customer_id": ("customer_id",),
        "ix_order_time": ("order_time",),
        "ix_stored_month": ("stored_month",),
    }
    assert "ix_order_id" not in SCHEMAS["order_items"].indexes
    assert "ix_stored_month" not in SCHEMAS["products"].indexes


def test_the_digest_changes_with_the_columns_only() -> None:
    [customers] = [each for each in SHOP.relational if each.name == "customers"]
    same = relational_schema(SHOP, replace(customers, indexes=()))
    wider = relational_schema(SHOP, replace(customers, lengths={"country": 80}))
    assert same.digest == SCHEMAS["customers"].digest != wider.digest


def test_unknown_table_is_named() -> None:
    with pytest.raises(UnknownNameError, match="invoices"):
        origin_of(SHOP, "invoices")
