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
