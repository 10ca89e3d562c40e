"""Quarantined records: listed, sent back as they are or corrected, at the rank that they had."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from glue_jobs.ingest.landing import relative_path
from tests.pipeline import Pipeline
from tests.requeue.command_line import CommandLine, refused, sent

SALES, PARTS = "drop/sales_january.csv", "parts.csv"
FLAT_TOP = '1,"a ""flat"" top, oiled",none'


def mend(command_line: CommandLine, path: Path, table: str, **changes: dict[str, str]) -> Path:
    """A file of corrections from `list --to`: `s2={"amount": "5"}` corrects the sale 2."""
    assert command_line.run("list", "--table", table, "--to", path).exit_code == 0
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    chosen = [{**row, **changes[f"s{row['sale_id']}"]} for row in rows if f"s{row['sale_id']}" in changes]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(chosen)
    return path


def go_on(command_line: CommandLine) -> Pipeline:
    command_line.pipeline.run()
    return command_line.pipeline


# --- list


def test_records_are_listed_with_their_origin_and_checks(command_line: CommandLine) -> None:
    listed = {
        (each["table"], relative_path("toy", each["source_file"]), each["source_row"]): each["failed_checks"]
        for each in command_line.records()
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
def test_filters_narrow_the_list(command_line: CommandLine, options: tuple[str, ...], raw_records: list[str]) -> None:
    assert [each["raw_record"] for each in command_line.records(*options)] == raw_records


def test_a_batch_is_a_filter_too(command_line: CommandLine) -> None:
    [batch] = command_line.pipeline.view().batches
    assert len(command_line.records("--batch", batch.batch_id)) == 6


def test_what_a_killed_run_left_in_quarantine_is_not_listed(command_line: CommandLine) -> None:
    [batch] = command_line.pipeline.view().batches
    before = command_line.records()
    for key in command_line.keys("processed"):
        if key.startswith("quarantine/"):
            orphan = key.replace(batch.batch_id, "b-orphan")
            command_line.put("processed", orphan, command_line.pipeline.store.read("processed", key))
    assert command_line.records() == before


def test_the_table_is_for_people(command_line: CommandLine) -> None:
    output = command_line.run("list", "--table", "sales").stdout
    assert "4 quarantined records" in output
    assert command_line.id_of("3,1")[:12] in output


# --- send, as they are


def test_a_record_as_it_is_fails_again_and_replaces_nothing(command_line: CommandLine) -> None:
    """Sale 5 has a good version below the bad one: it stays. The old record is sent, the new one open."""
    record = command_line.id_of("5,1,2024-01-05,-9,web")
    assert sent(command_line, "--table", "sales", "--record", record[:8]).startswith("sent 1 records as toy/sales/")
    before = command_line.pipeline.published()
    summary = command_line.pipeline.ingest()
    assert (summary["rows_read"], summary["rows_quarantined"], summary["drift"]) == (1, 1, [])
    assert command_line.pipeline.published() == before
    command_line = command_line.mirrored()
    again = [each for each in command_line.records() if each["raw_record"] == "5,1,2024-01-05,-9,web"]
    assert [(each["requeued"], each["source_row"]) for each in again] == [(True, 2), (False, 2)]
    assert again[1]["record_id"] != record


def test_a_check_chooses_records_of_several_files_which_stay_apart(command_line: CommandLine) -> None:
    output = sent(command_line, "--table", "sales", "--check", "amount.range")
    assert output.count("sent 1 records") == 2
    bodies = [command_line.pipeline.store.read("raw", key) for key in command_line.keys("raw") if "/requeued/" in key]
    header = b"caudal:source_row,sale_id,maker_id,sold_on,amount,channel\n"
    assert sorted(bodies) == [
        header + b"2,2,1,2024-01-06,-1,shop\n",
        header + b"2,5,1,2024-01-05,-9,web\n",
    ]


def test_what_was_sent_is_not_sent_again_unless_asked(command_line: CommandLine) -> None:
    sent(command_line, "--table", "sales", "--check", "sold_on.type")
    keys = command_line.keys("raw")
    assert "1 records were sent before" in sent(command_line, "--table", "sales", "--check", "sold_on.type")
    assert sent(command_line, "--table", "sales", "--check", "sold_on.type", "--again").startswith("already there")
    assert command_line.keys("raw") == keys


def test_a_dry_run_sends_nothing(command_line: CommandLine) -> None:
    keys = command_line.keys("raw"), command_line.keys("processed")
    output = sent(command_line, "--table", "sales", "--check", "sold_on.type", "--dry-run")
    assert output.startswith("would send 1 records")
    assert (command_line.keys("raw"), command_line.keys("processed")) == keys


# --- send, corrected


def test_corrected_records_take_the_place_that_they_would_have_had(command_line: CommandLine, tmp_path: Path) -> None:
    """Sale 4 is new; sale 2 has a newer version, which stays; the top joins the leg in its group."""
    changes = {
        "s2": {"amount": "5"},
        "s4": {"sold_on": "2024-02-29"},
        "s3": {"sold_on": "2024-01-01", "amount": "3"},
    }
    fixed = mend(command_line, tmp_path / "sales.csv", "sales", **changes)
    assert "sent 3 records" in sent(command_line, "--table", "sales", "--corrected", fixed)
    sent(
        command_line,
        "--table",
        "parts",
        "--corrected",
        mend(command_line, tmp_path / "parts.csv", "parts", s1={"units": "2"}),
    )
    pipeline = go_on(command_line)
    assert pipeline.rows("silver", "sales", "sale_id", "sold_on", "amount") == [
        ("1", "2024-01-05", "10.00"),
        ("2", "2024-01-07", "77.00"),
        ("3", "2024-01-01", "3.00"),
        ("4", "2024-02-29", "4.00"),
        ("5", "2024-01-05", "5.00"),
    ]
    assert pipeline.rows("silver", "parts", "label", "units") == [('a "flat" top, oiled', "2"), ("leg", "4")]
    rows = pipeline.rows("bronze", "sales", "sale_id", "source_row", "source_rank", "extra")
    ranks = {row[2] for row in rows if row[0] != "2" or row[1] == "2"}
    assert len(ranks) == 1, "the rank of the file that they came in first"
    assert {row[0]: row[1] for row in rows if row[2] in ranks} == {
        "1": "1",
        "2": "2",
        "3": "3",
        "4": "4",
        "5": "5",
    }
    assert {row[3] for row in rows} == {None}
    assert pipeline.published() == pipeline.refreshed()
    first, second = pipeline.view().batches
    [original] = [each for each in first.files if each.key.endswith(SALES)]
    [entry] = [each for each in second.files if each.table == "sales"]
    assert (original.rows_read, original.rows_quarantined) == (5, 3), "as it was"
    assert (entry.rows_read, entry.rows_bronze, entry.rows_quarantined) == (3, 3, 0), "a file of its own"
    assert (entry.rank, entry.undeclared_columns) == (original.rank, ())


def test_a_second_correction_replaces_the_first(command_line: CommandLine, tmp_path: Path) -> None:
    """Of a row of a group too, whose other rows stay."""
    path = tmp_path / "parts.csv"
    sent(command_line, "--table", "parts", "--corrected", mend(command_line, path, "parts", s1={"units": "2"}))
    command_line.pipeline.ingest()
    path.write_text(path.read_text().replace(",2\n", ",3\n"))
    sent(command_line, "--table", "parts", "--corrected", path)
    pipeline = go_on(command_line)
    assert pipeline.rows("silver", "parts", "units") == [("3",), ("4",)]


def test_a_correction_that_fails_can_be_corrected_at_the_same_rank(command_line: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    sent(command_line, "--table", "sales", "--corrected", mend(command_line, path, "sales", s4={"sold_on": "later"}))
    command_line.pipeline.ingest()
    command_line = command_line.mirrored()
    sent(command_line, "--table", "sales", "--corrected", mend(command_line, path, "sales", s4={"sold_on": "2024-01-31"}))
    pipeline = command_line.pipeline
    pipeline.ingest()
    assert ("4", "2024-01-31") in pipeline.rows("bronze", "sales", "sale_id", "sold_on")
    assert {
        (row[1]) for row in pipeline.rows("bronze", "sales", "sale_id", "source_row") if row[0] == "4"
    } == {"4"}
    assert len({file.rank for batch in pipeline.view().batches[1:] for file in batch.files}) == 1


# --- refusals


def test_records_that_cannot_come_back_are_refused(command_line: CommandLine) -> None:
    assert "the line is malformed" in refused(command_line, "send", "--table", "sales", "--record", command_line.id_of("3,1"))
    whole = command_line.id_of("a,b\n1,2\n")
    assert "there is no table '_unrecognised'" in refused(
        command_line, "send", "--table", "_unrecognised", "--record", whole
    )


def test_what_is_not_there_is_told(command_line: CommandLine) -> None:
    assert "no records are chosen" in refused(command_line, "send", "--table", "sales")
    assert "there is no table 'sails'" in refused(command_line, "list", "--table", "sails")
    assert "is not among the quarantined" in refused(command_line, "send", "--table", "sales", "--record", "0" * 12)
    assert "is too short" in refused(command_line, "send", "--table", "sales", "--record", command_line.id_of("3,1")[:7])


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("sale_id,amount\n2,5\n", "there is no column caudal:record_id"),
        ("caudal:record_id,sale_id,amount\n{id},2,5\n", "columns are missing (maker_id, sold_on, channel)"),
        (
            "caudal:record_id,sale_id,maker_id,sold_on,amount,channel,colour\n{id},2,1,2024-01-01,5,web,red\n",
            "unknown (colour)",
        ),
        ("caudal:record_id,sale_id\n{id}\n", "1 fields, the header has 2"),
        ("caudal:record_id\n00000000\n", "is not among the quarantined"),
        (
            "caudal:record_id,sale_id,maker_id,sold_on,amount,channel\n" + "{id},2,1,2024-01-01,5,web\n" * 2,
            "is corrected twice",
        ),
        ("", "there is no column caudal:record_id"),
    ],
)
def test_a_file_of_corrections_that_does_not_fit_is_refused_whole(
    command_line: CommandLine, tmp_path: Path, content: str, complaint: str
) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(content.replace("{id}", command_line.id_of("2,1,2024-01-06,-1,shop")))
    assert complaint in refused(command_line, "send", "--table", "sales", "--corrected", path)


# --- release


def test_a_rejected_batch_is_released_from_the_command_line(command_line: CommandLine) -> None:
    assert "b-0 does not exist" in command_line.run("release", "b-0").stderr
    bad = "".join(f"{number},1,2024-03-01,-1,shop\n" for number in range(100, 120))
    command_line.pipeline.drop(
        {"sales_march.csv": "sale_id,maker_id,sold_on,amount,channel\n99,1,2024-03-01,1,shop\n" + bad}
    )
    rejected = command_line.pipeline.ingest()
    assert (rejected["status"], rejected["proceed"]) == ("REJECTED", False)
    command_line = command_line.mirrored()
    result = command_line.run("release", rejected["batch_id"])
    assert result.exit_code == 0
    assert result.stdout.startswith(
        f"{rejected['batch_id']} is released; the next execution of caudal-test-toy"
    )
    assert "was released before" in command_line.run("release", rejected["batch_id"]).stdout
    assert command_line.pipeline.ingest()["proceed"] is True
    note = command_line.pipeline.store.read("processed", f"_ledger/toy/released/{rejected['batch_id']}.json")
    assert json.loads(note)["released_by"].startswith("arn:aws:")
