"""Writes one quarantine record for each file that is rejected whole."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from glue_jobs.ingest.ingest import IngestContext
from glue_jobs.ledger.ledger import FileEntry
from glue_jobs.runtime.frames import small_frame
from glue_jobs.runtime.schemas import quarantine_schema
from lake import naming
from lake.files.checks import FILE_HEADER

RAW_RECORD_CHARACTERS = 64 * 1024


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
        stamps = (context.batch_id, context.ingest_ts)
        records = [(*_record(entry, heads.get(entry.key, b"")), *stamps) for entry in entries]
        frame = small_frame(context.spark, records, quarantine_schema())
        prefix = naming.batch_prefix("quarantine", context.domain, table, context.batch_id)
        url = context.store.url(context.processed_bucket, prefix)
        frame.coalesce(1).write.mode("append").parquet(url)
    return tuple(replace(entry, rows_read=1, rows_quarantined=1) for entry in rejected)


def _record(entry: FileEntry, head: bytes) -> tuple[str, str, int, str, list[str]]:
    """Return the record's fields up to its failed checks, in the order of the schema."""
    record_id = hashlib.sha256(f"{entry.key}|{entry.version}".encode()).hexdigest()
    text = head.decode("utf-8", errors="replace")[:RAW_RECORD_CHARACTERS]
    return (record_id, entry.key, 0, text, [entry.check or FILE_HEADER])
