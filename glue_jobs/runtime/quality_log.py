"""`quality_by_run`: what the checks counted goes from the ledger to gold, one file per batch."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from glue_jobs.runtime.ledger import Batch, LedgerView
from glue_jobs.runtime.quality_gate import CheckCounts
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.quality_mart import QUALITY_BY_RUN
from lake.spec import Table

WRITE_THREADS = 8

_TYPES = {"string": pa.string(), "bigint": pa.int64(), "timestamp": pa.timestamp("us", tz="UTC")}
_SCHEMA = pa.schema([(column.name, _TYPES[column.type]) for column in QUALITY_BY_RUN.columns])


def judged_on_arrival(table: Table, checks: CheckCounts) -> CheckCounts:
    """Counts of the checks that a row is put to when it arrives.

    Whether a reference leads somewhere is decided in silver, anew whenever a master arrives: those flags
    belong to no run, and are counted from `quality_flags`.
    """
    later = {f"{reference.column}.unknown" for reference in table.references}
    return {name: dict(counts) for name, counts in checks.items() if name not in later}


def write_quality_log(store: ObjectStore, bucket: str, domain: str, view: LedgerView) -> int:
    """Write the lines of every readable batch that the log lacks; returns how many batches those were.

    The file's name is the batch, and what a batch counted never changes: a run that repeats a killed
    one writes nothing twice. Cost: one listing, one small object per batch.
    """
    logged = {
        item.key for item in store.list(bucket, naming.layer_prefix("gold", domain, QUALITY_BY_RUN.name))
    }
    missing = {
        key: batch
        for batch in view.readable
        if batch.checks and (key := naming.quality_log_key(domain, batch.batch_id)) not in logged
    }
    with ThreadPoolExecutor(WRITE_THREADS) as pool:
        for written in [
            pool.submit(store.write, bucket, key, _file(batch)) for key, batch in missing.items()
        ]:
            written.result()
    return len(missing)


def _file(batch: Batch) -> bytes:
    lines = [
        {
            "run_id": batch.batch_id,
            "domain": batch.domain,
            "table_name": table,
            "check_name": name,
            **counts,
            "execution": batch.execution,
            "checked_at": datetime.fromisoformat(batch.committed_at).astimezone(UTC),
        }
        for table, checks in sorted(batch.checks.items())
        for name, counts in sorted(checks.items())
    ]
    body = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(lines, schema=_SCHEMA), body, compression="zstd")
    return body.getvalue()
