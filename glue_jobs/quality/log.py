"""`quality_by_run`: what the checks counted goes to gold, one file per run.

Most checks are counted when a batch arrives, and come from the ledger. Whether references lead somewhere is
counted by the run that recomputes silver.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from glue_jobs.ledger.ledger import Batch, LedgerView
from glue_jobs.quality.gate import CheckCounts
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.model.quality_mart import QUALITY_BY_RUN
from lake.model.spec import Table

WRITE_THREADS = 8

TableCounts = Mapping[str, CheckCounts]
"""Table → what its checks counted."""

_TYPES = {"string": pa.string(), "bigint": pa.int64(), "timestamp": pa.timestamp("us", tz="UTC")}
_SCHEMA = pa.schema([(column.name, _TYPES[column.type]) for column in QUALITY_BY_RUN.columns])


def judged_on_arrival(table: Table, checks: CheckCounts) -> CheckCounts:
    """Counts of the checks that a row is put to when it arrives.

    Whether a reference leads somewhere is decided in silver, anew whenever a master arrives; see
    `write_reference_log`.
    """
    later = {reference.check for reference in table.references}
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
            pool.submit(store.write, bucket, key, _of_batch(batch)) for key, batch in missing.items()
        ]:
            written.result()
    return len(missing)


def write_reference_log(
    store: ObjectStore, bucket: str, domain: str, execution: str, at: datetime, checks: TableCounts
) -> bool:
    """Write what an execution counted of references in the rows of silver that it recomputed.

    It published them, so its lines stand beside those of the batches. False if no table has references.
    """
    counted = {table: counts for table, counts in checks.items() if counts}
    if counted:
        body = _file(execution, domain, execution, at, counted)
        store.write(bucket, naming.quality_log_key(domain, execution), body)
    return bool(counted)


def _of_batch(batch: Batch) -> bytes:
    at = datetime.fromisoformat(batch.committed_at)
    return _file(batch.batch_id, batch.domain, batch.execution, at, batch.checks)


def _file(run_id: str, domain: str, execution: str, at: datetime, checks: TableCounts) -> bytes:
    lines = [
        {
            "run_id": run_id,
            "domain": domain,
            "table_name": table,
            "check_name": name,
            **counts,
            "execution": execution,
            "checked_at": at.astimezone(UTC),
        }
        for table, its in sorted(checks.items())
        for name, counts in sorted(its.items())
    ]
    body = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(lines, schema=_SCHEMA), body, compression="zstd")
    return body.getvalue()
