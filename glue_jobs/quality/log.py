"""Writes the quality log, the gold table `quality_by_run`: the counts of all checks, one file per run.

Most checks are counted when a batch is ingested; their counts are in the ledger. The checks of references are
counted by the run that recomputes silver.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from glue_jobs.ledger.ledger import Batch, FileEntry, LedgerView
from glue_jobs.quality.gate import CheckCounts
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.files.parquet import COMPRESSION
from lake.model.marts import QUALITY_BY_RUN
from lake.model.spec import Table

WRITE_THREADS = 8

TableCounts = Mapping[str, CheckCounts]
"""Table → counts of its checks."""

_TYPES = {"string": pa.string(), "bigint": pa.int64(), "timestamp": pa.timestamp("us", tz="UTC")}
_SCHEMA = pa.schema([(column.name, _TYPES[column.type]) for column in QUALITY_BY_RUN.columns])


def checks_on_arrival(table: Table, checks: CheckCounts) -> CheckCounts:
    """Return the counts without the checks of references.

    Those are checked in silver, again whenever a referenced table changes; see `write_reference_log`.
    """
    later = {reference.check for reference in table.references}
    return {name: dict(counts) for name, counts in checks.items() if name not in later}


def with_file_checks(checks: TableCounts, files: Sequence[FileEntry]) -> dict[str, CheckCounts]:
    """Return the counts of a batch's checks, with those of the checks of whole files that failed.

    The latter count files: those of the table in the batch, and those that were rejected.
    """
    counted: dict[str, dict[str, Mapping[str, int]]] = {name: dict(its) for name, its in checks.items()}
    examined = Counter(file.table or naming.UNRECOGNISED for file in files)
    failed = Counter((file.table or naming.UNRECOGNISED, file.check) for file in files if file.check)
    for (table, check), number in failed.items():
        counts = {"rows_checked": examined[table], "rows_flagged": 0, "rows_quarantined": number}
        counted.setdefault(table, {})[check] = counts
    return dict(counted)


def write_quality_log(store: ObjectStore, bucket: str, domain: str, view: LedgerView) -> int:
    """Write the log of every readable batch that has none yet; return the number of these batches.

    Each batch has one file, named by its id, and its counts never change: a run that repeats a killed one
    writes nothing twice. Cost: one listing, one small object per batch.
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
            pool.submit(store.write, bucket, key, _batch_file(batch)) for key, batch in missing.items()
        ]:
            written.result()
    return len(missing)


def write_reference_log(
    store: ObjectStore, bucket: str, domain: str, execution: str, at: datetime, checks: TableCounts
) -> bool:
    """Write the counts of the reference checks over the silver rows that an execution recomputed.

    The file is named by the execution and lies beside those of the batches. Return False, and write nothing,
    if no recomputed table has references.
    """
    counted = {table: counts for table, counts in checks.items() if counts}
    if counted:
        body = _file(execution, domain, execution, at, counted)
        store.write(bucket, naming.quality_log_key(domain, execution), body)
    return bool(counted)


def _batch_file(batch: Batch) -> bytes:
    at = datetime.fromisoformat(batch.committed_at)
    return _file(batch.batch_id, batch.domain, batch.execution, at, batch.checks)


def _file(run_id: str, domain: str, execution: str, at: datetime, checks: TableCounts) -> bytes:
    """Return the log of one run as a Parquet file, one row per table and check."""
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
    pq.write_table(pa.Table.from_pylist(lines, schema=_SCHEMA), body, compression=COMPRESSION)
    return body.getvalue()
