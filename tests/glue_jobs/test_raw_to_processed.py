"""The first job on a batch of good and bad files: bronze, quarantine, ledger and run summary."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from typing import Any

import pytest
from pyspark.sql import SparkSession

from glue_jobs.runtime.args import Bookmark
from lake import naming
from tests.pipeline import Pipeline
from tests.toy.drops import HEAD

NOISE = random.Random(1).randbytes(20_000)
GOOD = (
    HEAD["sales"]
    + "1,1,2024-01-05,10.00,shop\n2,1,2024-01-06,-1,shop\n3,1,soon,ten,shop\n4,1\n5,1,2024-02-01,5,fax\n"
)

BAD_FILES: dict[str, tuple[str | bytes, str]] = {
    "sales_damaged.csv.gz": (gzip.compress(GOOD.encode() * 50)[:-40], "file.unreadable: the file cannot"),
    "sales_p.csv.snappy": (GOOD, "file.name: the name ends in .snappy"),
    "sales_p.csv.LZ4": (GOOD, "file.name: the name ends in .lz4"),
    "sales_p.csv.bz2": (b"BZh91AY&SY", "file.name: the name ends in .bz2"),
    "sales_p.csv.zst": (GOOD, "file.name: the name ends in .zst"),
    "sales_p.csv.deflate": (GOOD, "file.name: the name ends in .deflate"),
    "sales_gzip.csv": (
        gzip.compress(GOOD.encode()),
        "file.content: by its name the file is plain, but its content is gzip",
    ),
    "sales_plain.csv.gz": (GOOD, "file.content: by its name the file is gzip, but its content is plain text"),
    "sales_binary.csv": (NOISE, "file.content: the file is binary"),
    "sales_no_key.csv": ("maker_id,amount\n1,2\n", "file.header: sales needs the column sale_id"),
    "sales_empty.csv": ("", "file.header: the file is empty"),
    "sales_utf16.csv": (GOOD.encode("utf-16"), "UTF-16"),
    "hello.csv": ("a,b\n1,2\n", "begins with no table's name"),
}
OTHER_FILES: dict[str, str | bytes] = {
    "makers_header_only.csv": HEAD["makers"],
    "drop/sales_good.csv": GOOD,
    "parts.csv": HEAD["parts"] + '1,"a ""leg""\nof oak",4\n1,top,none\n2,top,\n',
    "makers_drift.csv": "country,shoe size,maker_id\nSE,43,1\n",
    "makers_latin.csv": (HEAD["makers"] + "7,Zoë,SE\n8,Bo,NO\n").encode("latin-1"),
    "sales_copy.csv": GOOD,
}


@pytest.fixture(scope="module")
def batch(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, toy: str
) -> tuple[Pipeline, dict[str, Any]]:
    """Ingest all these files as one upload; return the pipeline, not to be changed, and the run's summary."""
    pipeline = Pipeline(spark, tmp_path_factory.mktemp("batch") / "buckets", toy)
    pipeline.drop({**{path: content for path, (content, _) in BAD_FILES.items()}, **OTHER_FILES})
    return pipeline, pipeline.ingest()


def name_of(key: str) -> str:
    """Return the uploaded path of a raw key."""
    return key.split("/", 3)[-1]


def test_bad_files_are_rejected_with_a_reason_and_the_others_are_ingested(
    batch: tuple[Pipeline, dict[str, Any]],
) -> None:
    _, summary = batch
    reasons = {name_of(each["file"]): each["reason"] for each in summary["rejected_files"]}
    assert set(reasons) == set(BAD_FILES)
    for path, (_, reason) in BAD_FILES.items():
        assert reason in reasons[path]
        assert reasons[path].startswith("file.")
        assert "\n" not in reasons[path]
    assert summary["tables"]["sales"] == {"rows_read": 5, "rows_bronze": 2, "rows_quarantined": 3, "files": 1}


def test_summary_counts_files_and_rows_and_names_drift(batch: tuple[Pipeline, dict[str, Any]]) -> None:
    pipeline, summary = batch
    assert (summary["status"], summary["proceed"], summary["files"]) == ("COMMITTED", True, 19)
    assert (summary["rows_read"], summary["rows_bronze"], summary["rows_quarantined"]) == (24, 5, 19)
    assert summary["batch_id"] == pipeline.view().batches[0].batch_id
    drift = {name_of(each["file"]): each for each in summary["drift"]}
    assert set(drift) == {"makers_drift.csv"}
    assert list(drift["makers_drift.csv"]["missing"]) == ["name"]
    assert list(drift["makers_drift.csv"]["undeclared"]) == ["shoe size"]


def test_every_file_has_as_many_rows_read_as_in_bronze_and_quarantine(
    batch: tuple[Pipeline, dict[str, Any]],
) -> None:
    pipeline, _ = batch
    files = {name_of(entry.key): entry for entry in pipeline.view().batches[0].files}
    assert set(files) == {*BAD_FILES, *OTHER_FILES}
    assert all(entry.rows_read == entry.rows_bronze + entry.rows_quarantined for entry in files.values())
    counts = {name: (each.status, each.rows_read, each.rows_bronze) for name, each in files.items()}
    assert {name: counts[name] for name in OTHER_FILES} == {
        "makers_header_only.csv": ("ingested", 0, 0),
        "drop/sales_good.csv": ("ingested", 5, 2),
        "parts.csv": ("ingested", 3, 1),
        "makers_drift.csv": ("ingested", 1, 1),
        "makers_latin.csv": ("ingested", 2, 1),
        "sales_copy.csv": ("duplicate", 0, 0),
    }
    assert all(counts[name] == ("rejected", 1, 0) for name in BAD_FILES)


def test_bronze_has_typed_rows_with_file_row_and_batch(batch: tuple[Pipeline, dict[str, Any]]) -> None:
    pipeline, summary = batch
    columns = ("sale_id", "sold_on", "amount", "quality_flags", "source_row", "year", "month", "batch_id")
    assert pipeline.rows("bronze", "sales", *columns) == [
        ("1", "2024-01-05", "10.00", "[]", "1", "2024", "1", summary["batch_id"]),
        ("5", "2024-02-01", "5.00", "[channel.allowed]", "5", "2024", "2", summary["batch_id"]),
    ]
    assert pipeline.rows("bronze", "makers", "maker_id", "name", "country", "extra") == [
        ("1", None, "SE", "{shoe size=43}"),
        ("8", "Bo", "NO", None),
    ]
    [(key,)] = pipeline.rows("bronze", "parts", "source_file")
    assert pipeline.store.read("raw", key) == str(OTHER_FILES["parts.csv"]).encode()


def test_quarantine_has_row_number_raw_record_and_failed_checks(
    batch: tuple[Pipeline, dict[str, Any]],
) -> None:
    pipeline, _ = batch
    columns = ("source_row", "raw_record", "failed_checks")
    found = pipeline.rows("quarantine", "sales", *columns)
    rows = [row for row in found if not str(row[2]).startswith("[file.")]
    assert rows == [
        ("2", "2,1,2024-01-06,-1,shop", "[amount.range]"),
        ("3", "3,1,soon,ten,shop", "[amount.type, sold_on.type]"),
        ("4", "4,1", "[record.malformed]"),
    ]
    assert pipeline.rows("quarantine", "parts", *columns) == [
        ("2", "1,top,none", "[units.type]"),
        ("3", "2,top,", "[units.not_null]"),
    ]
    assert pipeline.rows("quarantine", "makers", *columns) == [("1", "7,Zo\ufffd,SE", "[record.malformed]")]


def test_quarantine_records_are_complete_and_have_stable_ids(batch: tuple[Pipeline, dict[str, Any]]) -> None:
    pipeline, summary = batch
    records = pipeline.rows(
        "quarantine", "sales", "record_id", "source_file", "source_row", "batch_id", "ingest_ts", "raw_record"
    )
    assert len(records) == 15
    assert len({record[0] for record in records}) == 15
    assert {record[3] for record in records} == {summary["batch_id"]}
    assert all(value is not None for record in records for value in record)
    versions = {file.key: file.version for batch in pipeline.view().batches for file in batch.files}
    for record_id, key, row, *_ in records:
        if row != "0":
            assert record_id == hashlib.sha256(f"{key}|{versions[key]}|{row}".encode()).hexdigest()


def test_rejected_file_has_a_quarantine_record_with_its_beginning(
    batch: tuple[Pipeline, dict[str, Any]],
) -> None:
    pipeline, _ = batch
    rows = pipeline.rows(
        "quarantine", "_unrecognised", "source_file", "source_row", "raw_record", "failed_checks"
    )
    [(key, row, text, checks)] = rows
    assert (name_of(key), row, text, checks) == ("hello.csv", "0", "a,b\n1,2\n", "[file.header]")


def test_run_detail_counts_every_check(batch: tuple[Pipeline, dict[str, Any]]) -> None:
    pipeline, _ = batch
    key = naming.run_detail_key("toy", "x0001", "raw_to_processed")
    checks = json.loads(pipeline.store.read("processed", key))["checks"]["sales"]
    assert checks["amount.range"] == {"rows_checked": 5, "rows_flagged": 0, "rows_quarantined": 1}
    assert checks["channel.allowed"] == {"rows_checked": 5, "rows_flagged": 1, "rows_quarantined": 0}
    assert checks["record.malformed"]["rows_quarantined"] == 1
    assert checks["sale_id.not_null"]["rows_quarantined"] == 0


def test_bookmark_options_pause_the_ledger_or_ignore_it(empty_pipeline: Pipeline) -> None:
    """`pause` ingests new files without recording them; `disable` ingests every file again."""
    empty_pipeline.drop({"makers.csv": HEAD["makers"] + "1,Ann,SE\n"})
    paused = empty_pipeline.ingest(bookmark=Bookmark.PAUSE)
    assert (paused["rows_bronze"], paused["proceed"], empty_pipeline.view().batches) == (1, False, ())
    assert empty_pipeline.ingest()["rows_bronze"] == 1
    assert empty_pipeline.ingest(bookmark=Bookmark.PAUSE)["status"] == "NOTHING_NEW"
    again = empty_pipeline.ingest(bookmark=Bookmark.DISABLE)
    assert (again["rows_bronze"], len(empty_pipeline.view().batches)) == (1, 2)
    empty_pipeline.curate()
    assert empty_pipeline.rows("silver", "makers") == [("1", "Ann", "SE", "[]")]
    assert accounts(empty_pipeline, "makers") == {
        "0-0": {"bronze": 2, "current": 1, "superseded": 0, "duplicate": 1}
    }


def accounts(pipeline: Pipeline, table: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = json.loads(
        pipeline.store.read("ledger", naming.account_key(pipeline.domain.name, table))
    )
    return found


def test_corrected_file_is_ingested_after_a_rejected_one(empty_pipeline: Pipeline) -> None:
    empty_pipeline.drop({"makers.csv": "name\nAnn\n"})
    rejected = empty_pipeline.ingest()
    assert (rejected["proceed"], len(rejected["rejected_files"])) == (False, 1)
    empty_pipeline.drop({"makers.csv": HEAD["makers"] + "1,Ann,SE\n"})
    assert empty_pipeline.ingest()["rows_bronze"] == 1
