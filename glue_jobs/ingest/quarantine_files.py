"""Writes one quarantine record for each file that is rejected whole."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pyspark.sql import functions as F

from glue_jobs.ingest.ingest import QUARANTINE_COLUMNS, IngestContext
from glue_jobs.ledger.ledger import FileEntry
from lake import naming
from lake.files.recognition import FILE_HEADER

RAW_RECORD_CHARACTERS = 64 * 1024

_SCHEMA = (
    "record_id string, source_file string, source_row bigint, raw_record string, failed_checks array<string>"
)


def quarantine_files(
    context: IngestContext, rejected: Sequence[FileEntry], heads: Mapping[str, bytes]
) -> tuple[FileEntry, ...]:
    """Write one record per rejected file; return the files' ledger entries with one row read and quarantined.

    `heads` maps keys to first bytes. `raw_record` is the beginning of the file as text; the whole file stays
    in raw under `source_file`.
    """
    by_table: dict[str, list[FileEntry]] = defaultdict(list)
    for entry in rejected:
        by_table[entry.table or naming.UNRECOGNISED].append(entry)
    for table, entries in by_table.items():
        records = [_record(entry, heads.get(entry.key, b"")) for entry in entries]
        frame = context.spark.createDataFrame(records, _SCHEMA).select(
            "*", F.lit(context.batch_id).alias("batch_id"), F.lit(context.ingest_ts).alias("ingest_ts")
        )
        prefix = naming.batch_prefix("quarantine", context.domain, table, context.batch_id)
        url = context.store.url(context.processed_bucket, prefix)
        frame.select(*QUARANTINE_COLUMNS).coalesce(1).write.mode("append").parquet(url)
    return tuple(replace(entry, rows_read=1, rows_quarantined=1) for entry in rejected)


def _record(entry: FileEntry, head: bytes) -> tuple[str, str, int, str, list[str]]:
    record_id = hashlib.sha256(f"{entry.key}|{entry.version}".encode()).hexdigest()
    text = head.decode("utf-8", errors="replace")[:RAW_RECORD_CHARACTERS]
    return (record_id, entry.key, 0, text, [FILE_HEADER])
