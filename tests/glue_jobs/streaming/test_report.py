"""The summary of a run adds up its micro-batches."""

from __future__ import annotations

import pytest

from glue_jobs.ingest.ingest import TableReport
from glue_jobs.ledger.ledger import Batch, FileEntry
from glue_jobs.runtime.args import JobArguments
from glue_jobs.streaming.args import StreamArguments
from glue_jobs.streaming.bronze import CommittedBatch
from glue_jobs.streaming.generation import Generation
from glue_jobs.streaming.report import detail_of, summarise
from lake.naming import BatchStatus, FileStatus

ARGS = StreamArguments(
    job=JobArguments(
        job_name="job", domain="shop", env="dev", execution="x", raw_bucket="raw",
        processed_bucket="processed", curated_bucket="curated", ledger_bucket="ledger",
    ),
    table="clicks",
)  # fmt: skip


def entry(name: str, bronze: int, quarantined: int, status: str = FileStatus.INGESTED) -> FileEntry:
    return FileEntry(
        key=f"shop/clicks/{name}", version="v", size=1, sha256="0", rank="r", table="clicks", status=status,
        reason="broken" if status == FileStatus.REJECTED else "", rows_read=bronze + quarantined,
        rows_bronze=bronze, rows_quarantined=quarantined,
    )  # fmt: skip


def micro_batch(number: int, seconds: float, *files: FileEntry) -> CommittedBatch:
    batch = Batch(
        batch_id=f"s-0002-{number:08}", domain="shop", execution="x", status=BatchStatus.COMMITTED,
        committed_at="2026-01-01T00:00:00+00:00", files=files,
        tables=("clicks",) if any(file.rows_bronze for file in files) else (),
    )  # fmt: skip
    quarantined = sum(file.rows_quarantined for file in files)
    checks = {"id.type": {"rows_checked": 1, "rows_flagged": 0, "rows_quarantined": quarantined}}
    return CommittedBatch(batch, TableReport(table="clicks", files=files, checks=checks), seconds)


COMMITTED = [
    micro_batch(0, 2.0, entry("a.jsonl", 90, 10), entry("b.jsonl", 50, 0)),
    micro_batch(1, 1.0, entry("c.jsonl.gz", 0, 1, FileStatus.REJECTED)),
]


def test_summary_counts_batches_files_rows_and_checks() -> None:
    summary = summarise(ARGS, Generation(2, is_new=True), COMMITTED, {"all": 4.0}, {})
    assert {name: summary[name] for name in ("status", "generation", "new_generation", "new_partitions")} == {
        "status": "COMMITTED", "generation": 2, "new_generation": True, "new_partitions": True,
    }  # fmt: skip
    assert (summary["batches"], summary["first_batch"], summary["last_batch"]) == (
        2,
        "s-0002-00000000",
        "s-0002-00000001",
    )
    assert (summary["rows_read"], summary["rows_bronze"], summary["rows_quarantined"]) == (151, 140, 11)
    assert summary["checks"] == {"id.type": {"rows_checked": 2, "rows_flagged": 0, "rows_quarantined": 11}}
    assert summary["rejected_files"] == [{"file": "shop/clicks/c.jsonl.gz", "reason": "broken"}]
    assert summary["message"] == "2 micro-batches, 3 files, 151 rows, 11 quarantined, 50 rows/s."


@pytest.mark.parametrize("name", ["first_batch", "last_batch"])
def test_summary_without_batches_says_that_nothing_is_new(name: str) -> None:
    summary = summarise(ARGS, Generation(1), [], {}, {})
    assert (summary["status"], summary["rows_per_second"], summary[name]) == ("NOTHING_NEW", 0, None)
    assert summary["message"] == "There are no new files."


def test_detail_lists_the_files_of_each_micro_batch() -> None:
    found = detail_of(COMMITTED)["micro_batches"]
    assert [(each["batch_id"], each["seconds"], len(each["files"])) for each in found] == [
        ("s-0002-00000000", 2.0, 2),
        ("s-0002-00000001", 1.0, 1),
    ]


def test_refused_documents_of_the_speed_view_are_counted_and_told() -> None:
    refused = {"org|a|2025|speed": "too long", "org|b|2025|speed": "too long"}
    summary = summarise(ARGS, Generation(1), [], {}, refused)
    assert summary["refused_documents"] == 2
    assert summary["message"] == (
        "There are no new files. The serving store refuses 2 documents of the speed view; the others are up "
        "to date. The first is org|a|2025|speed: too long."
    )
