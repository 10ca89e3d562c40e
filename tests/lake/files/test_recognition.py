"""Recognition of files by path and header, and reasons of rejections."""

from __future__ import annotations

import gzip

import pytest

from lake.files.recognition import HEAD_BYTES, Problem, recognise, table_of
from lake.model.columns import date, integer, text
from lake.model.discovery import load_domain
from lake.model.spec import Domain, Stream, Table

SHOP = load_domain("ecommerce")
ITEMS = b"order_id,product_id,unit_price_usd,quantity,line_total_usd\n1,2,3.00,1,3.00\n"
SENSORS = Domain(
    name="sensors",
    description="Readings.",
    tables=(
        Table(
            name="readings",
            description="A stream.",
            key=("id",),
            dated_by="day",
            columns=(text("id", "Identifies it."), integer("version", "Schema."), date("day", "Day.")),
            stream=Stream(folders=("readings", "readings_stream"), rank=("version",)),
        ),
    ),
)


@pytest.mark.parametrize(
    ("path", "table"),
    [
        ("order_items.csv", "order_items"),
        ("order_items_2025_12.csv", "order_items"),
        ("orders_2025.csv.gz", "orders"),
        ("month=11/Customers_November_2025.CSV", "customers"),
        ("orders/readme.csv", None),
        ("my_orders.csv", None),
    ],
)
def test_longest_table_name_that_prefixes_the_file_name_counts(path: str, table: str | None) -> None:
    found = table_of(SHOP, path)
    assert (found.name if found else None) == table


@pytest.mark.parametrize("path", ["readings/part-0.jsonl", "a/Readings_Stream/b/part.json"])
def test_stream_is_recognised_by_its_folder(path: str) -> None:
    found = recognise(SENSORS, path, b'{"id": "a"}\n')
    assert found.problem is None
    assert found.is_stream


def test_stream_is_not_recognised_by_the_file_name() -> None:
    assert recognise(SENSORS, "readings.jsonl", b"{}").problem is Problem.UNKNOWN_TABLE


def test_regular_file_has_all_columns_at_their_positions() -> None:
    found = recognise(SHOP, "order_items.csv", ITEMS)
    assert found.problem is None
    assert found.table is SHOP.table("order_items")
    assert found.positions == {
        "order_id": 0, "product_id": 1, "unit_price_usd": 2, "quantity": 3, "line_total_usd": 4,
    }  # fmt: skip
    assert found.drift == ()


def test_renamed_column_is_found_by_the_name_in_the_file() -> None:
    found = recognise(SHOP, "events.csv", b"timestamp,event_id\n")
    assert found.positions == {"event_ts": 0, "event_id": 1}


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + ITEMS,
        ITEMS.replace(b"\n", b"\r\n"),
        gzip.compress(ITEMS),
        gzip.compress(b"\xef\xbb\xbf" + ITEMS),
        b'"order_id"," product_id ",unit_price_usd,quantity,line_total_usd\n',
        b"ORDER_ID,Product_Id,unit_price_usd,quantity,line_total_usd",
        ITEMS + "1,2,3.00,1,caf\u00e9\n".encode("latin-1"),
        ITEMS + b"1,2,3.00,1,\0\n",
    ],
    ids=["bom", "crlf", "gzip", "gzip with bom", "quoted", "case and no line end", "latin-1", "stray NUL"],
)
def test_different_format_is_tolerated(content: bytes) -> None:
    name = "order_items.csv.gz" if content.startswith(b"\x1f\x8b") else "order_items.csv"
    found = recognise(SHOP, name, content)
    assert found.problem is None
    assert len(found.positions) == 5
    assert found.drift == ()


def test_compression_and_byte_order_mark_are_reported() -> None:
    assert recognise(SHOP, "order_items.csv.gz", gzip.compress(ITEMS)).compressed
    assert recognise(SHOP, "order_items.csv", b"\xef\xbb\xbf" + ITEMS).bom


def test_header_is_read_from_the_beginning_of_a_longer_gzip_file() -> None:
    noise = bytes(range(32, 127)) * 9000
    head = gzip.compress(ITEMS + noise)[:300]
    assert recognise(SHOP, "order_items.csv.gz", head).problem is None


def test_added_and_missing_columns_are_drift() -> None:
    found = recognise(SHOP, "order_items.csv", b"order_id,note,,note,product_id,quantity,unit_price_usd\n")
    assert found.problem is None
    assert found.extra == {"note": 1, "column_3": 2, "note_4": 3}
    assert found.missing == ("line_total_usd",)
    assert "column 'note' is not declared" in found.drift
    assert "column 'line_total_usd' is missing" in found.drift


def test_exact_name_precedes_a_name_that_differs_in_case() -> None:
    found = recognise(SHOP, "order_items.csv", b"ORDER_ID,order_id\n")
    assert found.positions == {"order_id": 1}
    assert found.extra == {"ORDER_ID": 0}


@pytest.mark.parametrize(
    ("path", "content", "problem", "says"),
    [
        ("orders.csv", b"", Problem.EMPTY, "empty"),
        ("orders.csv", b"\xef\xbb\xbf\r\n", Problem.EMPTY, "empty"),
        ("orders.csv.gz", gzip.compress(b"", mtime=0), Problem.EMPTY, "empty"),
        ("orders.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), Problem.BINARY, "binary"),
        ("orders.csv", b"PK\x03\x04\x14\0\0\0\x08\0", Problem.BINARY, "binary"),
        ("orders.csv", "order_id".encode("utf-16"), Problem.BINARY, "UTF-16"),
        ("orders.csv.gz", b"\x1f\x8b\x08\0" + b"\xff" * 40, Problem.BINARY, "damaged"),
        ("invoices.csv", b"order_id\n1\n", Problem.UNKNOWN_TABLE, "customers, events, order_items"),
        ("orders.csv", b"1,2,2025-01-01\n", Problem.MISSING_KEY, "orders needs the column order_id"),
        ("orders.csv", b"order_id;customer_id\n", Problem.MISSING_KEY, "separated by commas"),
        ("orders.csv", b"order_id,order_id\n", Problem.DUPLICATE_COLUMN, "order_id more than once"),
        ("orders.csv", b'order_id,"customer_id\n1,2\n', Problem.NO_HEADER, "quotes contradict"),
        ("orders.csv", b"x" * HEAD_BYTES, Problem.NO_HEADER, "does not end"),
    ],
)
def test_file_is_rejected_with_a_reason(path: str, content: bytes, problem: Problem, says: str) -> None:
    found = recognise(SHOP, path, content)
    assert found.problem is problem
    assert says in found.reason


def test_rejected_file_keeps_the_table_of_its_name() -> None:
    found = recognise(SHOP, "orders.csv", b"id\n1\n")
    assert found.table is SHOP.table("orders")
    assert found.missing_key == ("order_id",)
