"""A file that is rejected whole has one record in quarantine."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from glue_jobs.ingest.ingest import IngestContext
from glue_jobs.ingest.quarantine_files import RAW_RECORD_CHARACTERS, quarantine_files
from glue_jobs.ledger.ledger import FileEntry
from lake import naming
from lake.naming import FileStatus


def rejected(key: str, table: str) -> FileEntry:
    return FileEntry(
        key=key, version="v1", table=table, size=9, sha256="s", rank="r", status=FileStatus.REJECTED,
        reason="file.header: why",
    )  # fmt: skip


def test_record_has_the_beginning_of_the_file(context: IngestContext) -> None:
    files = [rejected("toy/a.csv", ""), rejected("toy/makers.csv", "makers")]
    heads = {"toy/a.csv": b"x" * 2 * RAW_RECORD_CHARACTERS}
    assert quarantine_files(context, files, heads) == tuple(
        replace(file, rows_read=1, rows_quarantined=1) for file in files
    )
    for file, table, raw in zip(
        files, (naming.UNRECOGNISED, "makers"), ("x" * RAW_RECORD_CHARACTERS, ""), strict=True
    ):
        prefix = naming.batch_prefix("quarantine", "toy", table, "b-1")
        [row] = context.spark.read.parquet(context.store.url("processed", prefix)).collect()
        assert row["record_id"] == hashlib.sha256(f"{file.key}|v1".encode()).hexdigest()
        assert (row["source_file"], row["source_row"], row["raw_record"]) == (file.key, 0, raw)
        assert (row["failed_checks"], row["batch_id"]) == (["file.header"], "b-1")
