"""Writes the log of runs, the gold table `pipeline_runs`: one file per run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from glue_jobs.catalog.partitions import Catalog
from glue_jobs.runs.parquet import parquet_file
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.files.layers import stored_table
from lake.model.marts import PIPELINE_RUNS
from lake.model.spec import Domain
from lake.naming import BATCH_REJECTED, PROCESSED_TO_CURATED, RAW_TO_PROCESSED, RunOutcome, RunStatus

COUNTS = ("files", "rows_read", "rows_bronze", "rows_quarantined")


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run that ends: its id, its flow, when it started and ended, and how."""

    run_id: str
    flow: str
    started_at: datetime
    ended_at: datetime
    status: str


def outcome(status: str, error: str) -> str:
    """Return the status of an execution that ends with `status`, and with `error` if it failed."""
    return RunOutcome.REJECTED if status == RunOutcome.FAILED and error == BATCH_REJECTED else status


def log_execution(
    store: ObjectStore, catalog: Catalog, domain: Domain, run: Run, *, processed: str, curated: str
) -> Run:
    """Log an execution with what its jobs' summaries say, register the partition, and return what was logged.

    A job that did not end has no summary. `processed` and `curated` are buckets. A repetition replaces the
    row with itself, but for `seconds`. An execution that failed after it had published gold is PARTIAL.
    """
    ingest = _summary(store, processed, domain.name, run.run_id, RAW_TO_PROCESSED)
    publish = _summary(store, processed, domain.name, run.run_id, PROCESSED_TO_CURATED)
    if run.status == RunOutcome.FAILED and publish and publish["status"] == RunStatus.PUBLISHED:
        run = replace(run, status=RunOutcome.PARTIAL)
    write_run(store, curated, domain.name, run, [each for each in (ingest, publish) if each], ingest or {})
    catalog.register(stored_table(domain, "gold", naming.RUN_LOG), [(str(run.started_at.year),)])
    return run


def write_run(
    store: ObjectStore,
    bucket: str,
    domain: str,
    run: Run,
    summaries: Sequence[Mapping[str, Any]],
    counts: Mapping[str, Any],
) -> None:
    """Write the row of a run: its cost is that of `summaries`, its files and rows those of `counts`."""
    started = run.started_at.astimezone(UTC)
    seconds = Decimal(round((run.ended_at - run.started_at).total_seconds() * 1000)).scaleb(-3)
    costs = [Decimal(str(each["predicted_usd"])) for each in summaries]
    row = {
        "run_id": run.run_id,
        "flow": run.flow,
        "started_at": started,
        "seconds": seconds,
        "status": run.status,
        **{name: counts.get(name) for name in COUNTS},
        "predicted_usd": sum(costs, Decimal(0)) if costs else None,
    }
    key = naming.run_log_key(domain, started.year, run.run_id)
    store.write(bucket, key, parquet_file(PIPELINE_RUNS.columns, [row]))


def _summary(store: ObjectStore, bucket: str, domain: str, execution: str, job: str) -> dict[str, Any] | None:
    try:
        body = store.read(bucket, naming.run_key(domain, execution, job))
    except FileNotFoundError:
        return None
    summary: dict[str, Any] = json.loads(body)
    return summary
