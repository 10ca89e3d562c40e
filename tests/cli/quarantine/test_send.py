"""`caudal quarantine send`: records sent back to raw are ingested with the rank of their source file."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.quarantine.command_line import CommandLine, refused, sent, write_corrections
from tests.cli.quarantine.conftest import SALES
from tests.pipeline import Pipeline
from tests.requeue.quarantined import commit, row, write_rows

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BROKEN, NEGATIVE = '{"event_id": "e1", "value', '{"event_id": "é2", "value": -1}'
EVENT_KEY = "cloud_provider/usage_events/0123456789ab/usage_events/part.jsonl.gz"


def run_pipeline(cli: CommandLine) -> Pipeline:
    cli.pipeline.run()
    return cli.pipeline


# --- uncorrected


def test_uncorrected_record_is_quarantined_again_and_replaces_nothing(cli: CommandLine) -> None:
    """The good version of sale 5 stays. The old record counts as requeued, the new one does not."""
    record = cli.id_of("5,1,2024-01-05,-9,web")
    assert sent(cli, "--table", "sales", "--record", record[:8]).startswith("sent 1 records as toy/sales/")
    before = cli.pipeline.published()
    summary = cli.pipeline.ingest()
    assert (summary["rows_read"], summary["rows_quarantined"], summary["drift"]) == (1, 1, [])
    assert cli.pipeline.published() == before
    cli = cli.mirrored()
    again = [each for each in cli.records() if each["raw_record"] == "5,1,2024-01-05,-9,web"]
    assert [(each["requeued"], each["source_row"]) for each in again] == [(True, 2), (False, 2)]
    assert again[1]["record_id"] != record


def test_records_of_several_files_are_sent_as_one_object_per_file(cli: CommandLine) -> None:
    output = sent(cli, "--table", "sales", "--check", "amount.range")
    assert output.count("sent 1 records") == 2
    bodies = [cli.pipeline.store.read("raw", key) for key in cli.keys("raw") if "/requeued/" in key]
    header = b"caudal:source_row,sale_id,maker_id,sold_on,amount,channel\n"
    assert sorted(bodies) == [
        header + b"2,2,1,2024-01-06,-1,shop\n",
        header + b"2,5,1,2024-01-05,-9,web\n",
    ]


def test_sent_records_are_sent_again_only_with_the_option_again(cli: CommandLine) -> None:
    sent(cli, "--table", "sales", "--check", "sold_on.type")
    keys = cli.keys("raw")
    assert "1 records were sent before" in sent(cli, "--table", "sales", "--check", "sold_on.type")
    assert sent(cli, "--table", "sales", "--check", "sold_on.type", "--again").startswith("already there")
    assert cli.keys("raw") == keys


def test_dry_run_sends_nothing(cli: CommandLine) -> None:
    keys = cli.keys("raw"), cli.keys("processed")
    output = sent(cli, "--table", "sales", "--check", "sold_on.type", "--dry-run")
    assert output.startswith("would send 1 records")
    assert (cli.keys("raw"), cli.keys("processed")) == keys


# --- corrected


def test_corrected_records_have_the_rank_of_their_source_file(cli: CommandLine, tmp_path: Path) -> None:
    """Sale 4 is new. The newer version of sale 2 stays. The part "top" joins the part "leg" of its sale."""
    changes = {
        "s2": {"amount": "5"},
        "s4": {"sold_on": "2024-02-29"},
        "s3": {"sold_on": "2024-01-01", "amount": "3"},
    }
    fixed = write_corrections(cli, tmp_path / "sales.csv", "sales", **changes)
    assert "sent 3 records" in sent(cli, "--table", "sales", "--corrected", fixed)
    sent(
        cli,
        "--table",
        "parts",
        "--corrected",
        write_corrections(cli, tmp_path / "parts.csv", "parts", s1={"units": "2"}),
    )
    pipeline = run_pipeline(cli)
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
    assert len(ranks) == 1, "all rows have the rank of their first file"
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
    assert (original.rows_read, original.rows_quarantined) == (5, 3), (
        "the entry of the source file is unchanged"
    )
    assert (entry.rows_read, entry.rows_bronze, entry.rows_quarantined) == (3, 3, 0), (
        "the requeued file has its own entry"
    )
    assert (entry.rank, entry.undeclared_columns) == (original.rank, ())


def test_second_correction_replaces_the_first(cli: CommandLine, tmp_path: Path) -> None:
    """The table's versions are groups: the other rows of the group stay."""
    path = tmp_path / "parts.csv"
    sent(cli, "--table", "parts", "--corrected", write_corrections(cli, path, "parts", s1={"units": "2"}))
    cli.pipeline.ingest()
    path.write_text(path.read_text().replace(",2\n", ",3\n"))
    sent(cli, "--table", "parts", "--corrected", path)
    pipeline = run_pipeline(cli)
    assert pipeline.rows("silver", "parts", "units") == [("3",), ("4",)]


def test_quarantined_correction_can_be_corrected_again_at_the_same_rank(
    cli: CommandLine, tmp_path: Path
) -> None:
    path = tmp_path / "sales.csv"
    sent(
        cli, "--table", "sales", "--corrected", write_corrections(cli, path, "sales", s4={"sold_on": "later"})
    )
    cli.pipeline.ingest()
    cli = cli.mirrored()
    sent(
        cli,
        "--table",
        "sales",
        "--corrected",
        write_corrections(cli, path, "sales", s4={"sold_on": "2024-01-31"}),
    )
    pipeline = cli.pipeline
    pipeline.ingest()
    assert ("4", "2024-01-31") in pipeline.rows("bronze", "sales", "sale_id", "sold_on")
    assert {
        (row[1]) for row in pipeline.rows("bronze", "sales", "sale_id", "source_row") if row[0] == "4"
    } == {"4"}
    assert len({file.rank for batch in pipeline.view().batches[1:] for file in batch.files}) == 1


# --- refused


def test_malformed_lines_and_whole_files_are_not_sent(cli: CommandLine) -> None:
    assert "the line is malformed" in refused(cli, "send", "--table", "sales", "--record", cli.id_of("3,1"))
    whole = cli.id_of("a,b\n1,2\n")
    assert "there is no table '_unrecognised'" in refused(
        cli, "send", "--table", "_unrecognised", "--record", whole
    )


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
def test_malformed_file_of_corrections_is_refused(
    cli: CommandLine, tmp_path: Path, content: str, complaint: str
) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(content.replace("{id}", cli.id_of("2,1,2024-01-06,-1,shop")))
    assert complaint in refused(cli, "send", "--table", "sales", "--corrected", path)


# --- streams


def test_records_of_a_stream_are_sent_as_json_lines(account: S3Client, tmp_path: Path) -> None:
    """Records of a stream rank by their content, so that neither file nor row number matters."""
    cli = CommandLine(stream_pipeline(tmp_path / "buckets"), account)
    broken, negative = (cli.id_of(text) for text in (BROKEN, NEGATIVE))
    table = ("--table", "usage_events")
    assert "the line is malformed" in refused(cli, "send", *table, "--record", broken)
    assert cli.run("list", *table, "--to", tmp_path / "lines.jsonl").exit_code == 0
    lines = [json.loads(line) for line in (tmp_path / "lines.jsonl").read_text().splitlines()]
    assert [line["record"] for line in lines] == [BROKEN, NEGATIVE]
    fixed = tmp_path / "fixed.jsonl"
    fixed.write_text(
        json.dumps({"record_id": broken, "record": '{"event_id": "e1"}'})
        + "\n\n"
        + json.dumps(
            {"record_id": negative[:8], "record": {"event_id": "é2", "value": 1}}, ensure_ascii=False
        )
    )
    sent(cli, *table, "--corrected", fixed)
    [key] = [key for key in cli.keys("raw") if "/requeued/" in key]
    assert key.startswith("cloud_provider/usage_events/")
    assert key.endswith("/part.jsonl")
    body = cli.pipeline.store.read("raw", key).decode()
    assert body == '{"event_id": "e1"}\n{"event_id": "é2", "value": 1}\n'
    assert [each["requeued"] for each in cli.records()] == [True, True]


def stream_pipeline(root: Path) -> Pipeline:
    """Two quarantined events of one gzipped file, as the streaming job leaves them."""
    pipeline = Pipeline(None, root, "cloud_provider")  # type: ignore[arg-type]
    pipeline.store.write("raw", EVENT_KEY, gzip.compress(f"{BROKEN}\n{NEGATIVE}\n".encode()))
    commit(pipeline.store, "cloud_provider", "s-0001-00000000")
    rows = [row(EVENT_KEY, 1, BROKEN, "record.malformed"), row(EVENT_KEY, 2, NEGATIVE, "value.range")]
    write_rows(pipeline.store, "cloud_provider", "usage_events", "s-0001-00000000", rows)
    return pipeline


def test_send_without_a_match_says_so(cli: CommandLine) -> None:
    assert sent(cli, "--table", "sales", "--check", "no.such") == "0 records match; nothing is sent.\n"
