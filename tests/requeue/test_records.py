"""Quarantined records are listed and found by table, check, batch, file and id."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glue_jobs.ingest.landing import relative_path
from lake.errors import CaudalError
from lake.model.discovery import load_domain
from lake.naming import requeued_key
from requeue.records import Filter, Quarantine
from tests.fakes import FolderStore
from tests.requeue.command_line import CommandLine, refused
from tests.requeue.conftest import PARTS, SALES
from tests.requeue.quarantined import commit, row, write_rows

FLAT_TOP = '1,"a ""flat"" top, oiled",none'
FIRST, SECOND = "aaaaaaaa11", "aaaaaaaa22"


# --- without a cloud


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
    note = {"key": "k", "records": [FIRST], "corrected": False}
    store.write("processed", requeued_key("ecommerce", "orders", "n"), json.dumps(note).encode())
    return Quarantine(store, "processed", load_domain("ecommerce"))


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


# --- list


def test_records_are_listed_with_their_origin_and_checks(cli: CommandLine) -> None:
    listed = {
        (each["table"], relative_path("toy", each["source_file"]), each["source_row"]): each["failed_checks"]
        for each in cli.records()
    }
    assert listed == {
        ("_unrecognised", "hello.csv", 0): ["file.header"],
        ("parts", PARTS, 2): ["units.type"],
        ("sales", SALES, 2): ["amount.range"],
        ("sales", SALES, 3): ["record.malformed"],
        ("sales", SALES, 4): ["sold_on.type"],
        ("sales", "sales_february.csv", 2): ["amount.range"],
    }


@pytest.mark.parametrize(
    ("options", "raw_records"),
    [
        (("--table", "parts"), [FLAT_TOP]),
        (("--check", "record.malformed"), ["3,1"]),
        (("--check", "amount.range", "--source-file", "january"), ["2,1,2024-01-06,-1,shop"]),
        (("--source-file", "hello"), ["a,b\n1,2\n"]),
        (("--batch", "b-0"), []),
        (("--table", "makers"), []),
    ],
)
def test_filters_narrow_the_list(cli: CommandLine, options: tuple[str, ...], raw_records: list[str]) -> None:
    assert [each["raw_record"] for each in cli.records(*options)] == raw_records


def test_records_are_filtered_by_batch(cli: CommandLine) -> None:
    [batch] = cli.pipeline.view().batches
    assert len(cli.records("--batch", batch.batch_id)) == 6


def test_records_of_uncommitted_batches_are_not_listed(cli: CommandLine) -> None:
    [batch] = cli.pipeline.view().batches
    before = cli.records()
    for key in cli.keys("processed"):
        if key.startswith("quarantine/"):
            orphan = key.replace(batch.batch_id, "b-orphan")
            cli.put("processed", orphan, cli.pipeline.store.read("processed", key))
    assert cli.records() == before


def test_printed_table_counts_records_and_abbreviates_ids(cli: CommandLine) -> None:
    output = cli.run("list", "--table", "sales").stdout
    assert "4 quarantined records" in output
    assert cli.id_of("3,1")[:12] in output


def test_unknown_tables_and_records_are_reported(cli: CommandLine) -> None:
    assert "no records are chosen" in refused(cli, "send", "--table", "sales")
    assert "there is no table 'sails'" in refused(cli, "list", "--table", "sails")
    assert "is not among the quarantined" in refused(cli, "send", "--table", "sales", "--record", "0" * 12)
    assert "is too short" in refused(cli, "send", "--table", "sales", "--record", cli.id_of("3,1")[:7])
