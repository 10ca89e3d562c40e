"""`caudal quarantine list` shows quarantined records by table, check, batch and source file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glue_jobs.ingest.landing import relative_path
from tests.cli.quarantine.command_line import CommandLine, refused
from tests.cli.quarantine.conftest import PARTS, SALES

FLAT_TOP = '1,"a ""flat"" top, oiled",none'


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


def test_template_needs_a_table(cli: CommandLine, tmp_path: Path) -> None:
    assert "--to needs --table" in refused(cli, "list", "--to", tmp_path / "corrections.csv")


def test_json_has_records_and_what_needs_a_release(cli: CommandLine) -> None:
    listed = json.loads(cli.run("list", "--json").stdout)
    assert len(listed["records"]) == 6
    assert listed["unreleased"] == []
