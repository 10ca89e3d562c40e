"""Quarantined records in a folder of buckets, written without running a job."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from glue_jobs.ledger.ledger import Batch, Ledger
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.naming import BatchStatus


def row(key: str, number: int, text: str, check: str, record_id: str = "") -> dict[str, Any]:
    """A row of the quarantine; without `record_id` its id is the hash of its text."""
    return {
        "record_id": record_id or hashlib.sha256(text.encode()).hexdigest(),
        "source_file": key,
        "source_row": number,
        "raw_record": text,
        "failed_checks": [check],
        "ingest_ts": datetime(2026, 1, 1, tzinfo=UTC),
    }


def write_rows(
    store: ObjectStore, domain: str, table: str, batch_id: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write rows of one batch into the quarantine of a table."""
    body = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([{**each, "batch_id": batch_id} for each in rows]), body)
    prefix = naming.batch_prefix("quarantine", domain, table, batch_id)
    store.write("processed", f"{prefix}part-0.parquet", body.getvalue())


def commit(store: ObjectStore, domain: str, batch_id: str, **changed: Any) -> Batch:
    """Commit a batch without files to the ledger, with `changed` fields."""
    values: dict[str, Any] = {
        "execution": "x", "status": BatchStatus.COMMITTED, "committed_at": "2026-01-01T00:00:00+00:00",
        "files": (), **changed,
    }  # fmt: skip
    batch = Batch(batch_id=batch_id, domain=domain, **values)
    Ledger(store, "ledger", domain).commit(batch)
    return batch
