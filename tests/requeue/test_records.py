"""Quarantined records are found by table, batch and id."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lake.errors import CaudalError
from lake.model.discovery import load_domain
from lake.naming import requeued_key
from requeue.records import Filter, Quarantine
from tests.fakes import FolderStore
from tests.requeue.quarantined import commit, row, write_rows

FIRST, SECOND = "aaaaaaaa11", "aaaaaaaa22"


@pytest.fixture
def quarantine(tmp_path: Path) -> Quarantine:
    """Two records of the shop's orders in one committed batch, one of which was requeued."""
    store = FolderStore(tmp_path)
    rows = [
        row("ecommerce/orders/1/orders.csv", 7, "7,x", "total_usd.type", FIRST),
        row("ecommerce/orders/1/orders.csv", 3, "3,y", "order_id.type", SECOND),
    ]
    write_rows(store, "ecommerce", "orders", "b-1", rows)
    commit(store, "ecommerce", "b-1")
    entry = {"key": "k", "records": [FIRST], "corrected": False}
    store.write("ledger", requeued_key("ecommerce", "orders", "n"), json.dumps(entry).encode())
    return Quarantine(store, "processed", "ledger", load_domain("ecommerce"))


def test_records_are_ordered_by_row_and_say_whether_they_were_requeued(quarantine: Quarantine) -> None:
    found = quarantine.find(Filter(table="orders"))
    assert [(each.source_row, each.raw_record, each.requeued) for each in found] == [
        (3, "3,y", False),
        (7, "7,x", True),
    ]


def test_record_that_was_read_twice_is_found_once(quarantine: Quarantine, tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    again = row("ecommerce/orders/1/orders.csv", 7, "7,x", "total_usd.type", FIRST)
    write_rows(store, "ecommerce", "orders", "b-2", [again])
    commit(store, "ecommerce", "b-2")
    assert [each.record_id for each in quarantine.find(Filter(table="orders"))] == [SECOND, FIRST]


def test_abbreviated_id_must_name_one_record(quarantine: Quarantine) -> None:
    [record] = quarantine.find(Filter(table="orders", records=(FIRST[:9],)))
    assert record.record_id == FIRST
    with pytest.raises(CaudalError, match=f"means several records. Give more characters: {FIRST}, {SECOND}"):
        quarantine.find(Filter(table="orders", records=(FIRST[:8],)))


@pytest.mark.parametrize(
    ("wanted", "is_selective"),
    [(Filter(table="orders"), False), (Filter(check="a.type"), True), (Filter(records=("a",)), True)],
)
def test_filter_is_selective_if_it_selects_less_than_a_table(wanted: Filter, is_selective: bool) -> None:
    assert wanted.is_selective is is_selective
