"""One table's files are ingested with row counts by file and check."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import replace

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from glue_jobs.ingest.ingest import IngestContext, TableReport, ingest
from glue_jobs.ingest.landing import LandedFile, find_new
from glue_jobs.ingest.reading import one_file_per_task, read_table
from glue_jobs.ledger.ledger import LedgerView
from glue_jobs.runtime.store import ObjectStore
from lake.errors import AccountingError
from lake.model.discovery import load_domain
from lake.model.spec import Table
from tests.toy.drops import HEAD

GOOD_AND_BAD = HEAD["parts"] + "1,leg,4\n1,top,none\n2,top\n"


def ingest_parts(context: IngestContext, files: dict[str, str | bytes]) -> TableReport:
    for name, content in files.items():
        body = content.encode() if isinstance(content, str) else content
        context.store.write("raw", f"toy/{name}", body)
    domain = load_domain("toy")
    landing = find_new(context.store, "raw", domain, LedgerView((), frozenset()))
    with one_file_per_task(context.spark):
        return ingest(context, domain.table("parts"), landing.of(domain.table("parts")))


def test_rows_are_counted_by_file_and_check(context: IngestContext) -> None:
    report = ingest_parts(context, {"parts_a.csv": GOOD_AND_BAD, "parts_b.csv": HEAD["parts"] + "3,leg,1\n"})
    counts = [(file.key, file.rows_read, file.rows_bronze, file.rows_quarantined) for file in report.files]
    assert counts == [("toy/parts_a.csv", 3, 1, 2), ("toy/parts_b.csv", 1, 1, 0)]
    assert (report.rows_read, report.rows_bronze, report.rows_quarantined) == (4, 2, 2)
    assert {name: each["rows_quarantined"] for name, each in report.checks.items() if any(each.values())} == {
        "label.not_null": 0, "record.malformed": 1, "sale_id.not_null": 0, "sale_id.type": 0,
        "sale_id.unknown": 0, "units.not_null": 0, "units.range": 0, "units.type": 1,
    }  # fmt: skip
    assert {each["rows_checked"] for each in report.checks.values()} == {4}


def test_file_that_cannot_be_read_is_rejected_and_the_others_are_ingested(context: IngestContext) -> None:
    damaged = gzip.compress(GOOD_AND_BAD.encode() * 50)[:-40]
    report = ingest_parts(context, {"parts_a.csv": GOOD_AND_BAD, "parts_damaged.csv.gz": damaged})
    assert [file.key for file in report.files] == ["toy/parts_a.csv"]
    [rejected] = report.rejected
    assert (rejected.key, rejected.status) == ("toy/parts_damaged.csv.gz", "rejected")
    assert rejected.reason.startswith("file.unreadable: the file cannot be read: ")


def test_rows_of_an_unknown_file_are_an_error(context: IngestContext) -> None:
    def read(
        spark: SparkSession, store: ObjectStore, bucket: str, table: Table, files: Sequence[LandedFile]
    ) -> DataFrame:
        return read_table(spark, store, bucket, table, files).withColumn("source_file", F.lit("other"))

    with pytest.raises(AccountingError, match=r"toy\.parts, batch b-1: 3 rows were read.*\['other'\]"):
        ingest_parts(replace(context, read=read), {"parts_a.csv": GOOD_AND_BAD})


def test_file_is_read_again_if_only_its_end_has_a_record_of_several_lines(context: IngestContext) -> None:
    """The beginning of the file, by which it is recognised, has no line that ends inside quotes."""
    good = "".join(f"{number},leg,4\n" for number in range(10_000))
    body = HEAD["parts"] + good + '10000,"a\nleg",4\n10001,"leg,4\n10002,"x" y,4\n10003,leg,4\n'
    report = ingest_parts(context, {"parts_long.csv": body, "parts_short.csv": GOOD_AND_BAD})
    counts = [(file.key, file.rows_read, file.rows_quarantined) for file in report.files]
    assert counts == [("toy/parts_long.csv", 10_003, 1), ("toy/parts_short.csv", 3, 2)]
    assert report.checks["record.malformed"]["rows_quarantined"] == 2
    assert "record.open_line" not in report.checks
    quarantined = context.spark.read.parquet(str(context.store.url("processed", "quarantine/toy/parts")))
    texts = {row["raw_record"] for row in quarantined.where("source_file like '%long%'").collect()}
    assert texts == {'10001,"leg,4\n10002,"x" y,4'}


EMPTY: dict[str, str | bytes] = {
    "parts_header.csv": HEAD["parts"],
    "parts_no_end.csv": HEAD["parts"].strip(),
    "parts_blank.csv": HEAD["parts"] + " \n\t\r\n\n",
    "parts_blank.csv.gz": gzip.compress((HEAD["parts"] + "\n").encode()) + gzip.compress(b" \n"),
}
FULL: dict[str, str | bytes] = {
    "parts_row.csv": HEAD["parts"] + "1,leg,4",
    "parts_far.csv": HEAD["parts"] + "\n" * 70_000 + "1,leg,4",
    "parts_return.csv": HEAD["parts"].replace("\n", "\r") + "1,leg,4\n",
    "parts_member.csv.gz": gzip.compress(HEAD["parts"].encode()) + gzip.compress(b"1,leg,4\n"),
}


def test_file_with_text_of_which_no_record_is_read_is_rejected_with_the_reason(
    context: IngestContext,
) -> None:
    """Whatever the cause: here a reader that loses every row."""

    def read_nothing(
        spark: SparkSession, store: ObjectStore, bucket: str, table: Table, files: Sequence[LandedFile]
    ) -> DataFrame:
        return read_table(spark, store, bucket, table, files).where(F.lit(False))

    report = ingest_parts(replace(context, read=read_nothing), {**EMPTY, **FULL})
    assert {file.key.removeprefix("toy/") for file in report.files} == set(EMPTY)
    assert {file.key.removeprefix("toy/") for file in report.rejected} == set(FULL)
    check = "file.empty_of_records"
    assert {(file.status, file.check, file.reason) for file in report.rejected} == {
        ("rejected", check, f"{check}: the file has text, but no record was read")
    }


def test_file_without_text_after_its_header_is_ingested_with_no_rows(context: IngestContext) -> None:
    report = ingest_parts(context, {**EMPTY, "parts_full.csv": HEAD["parts"] + "1,leg,4\n"})
    assert report.rejected == ()
    assert sorted(file.rows_read for file in report.files) == [0, 0, 0, 0, 1]
