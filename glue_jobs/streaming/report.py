"""The summary of a stream's run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from glue_jobs.ingest.overwritten import overwritten_messages
from glue_jobs.streaming.args import StreamArguments
from glue_jobs.streaming.bronze import CommittedBatch
from glue_jobs.streaming.generation import Generation
from lake.naming import FileStatus, RunStatus


def summarise(
    args: StreamArguments,
    generation: Generation,
    committed: Sequence[CommittedBatch],
    seconds: Mapping[str, float],
    refused: Mapping[str, str],
) -> dict[str, Any]:
    """Return the run's summary: its micro-batches, files, rows, checks and throughput.

    `seconds` maps steps of the run to their duration. `rows_per_second` is the number of rows read per
    second spent in bronze's micro-batches. `refused` maps the documents that the serving store refuses to the
    reason.
    """
    batches = [each.batch for each in committed]
    files = [file for batch in batches for file in batch.files]
    rows = {
        name: sum(getattr(file, name) for file in files)
        for name in ("rows_read", "rows_bronze", "rows_quarantined")
    }
    busy = sum(each.seconds for each in committed)
    speed = round(rows["rows_read"] / busy) if busy else 0
    overwritten = [key for each in committed for key in each.overwritten]
    messages = [
        _message(len(batches), len(files), rows, speed),
        *overwritten_messages(overwritten),
        *_refused_messages(refused),
    ]
    return {
        "status": RunStatus.COMMITTED if batches else RunStatus.NOTHING_NEW,
        "table": args.table,
        "trigger": args.trigger.value,
        "generation": generation.number,
        "new_generation": generation.is_new,
        "new_partitions": any(batch.tables for batch in batches),
        "batches": len(batches),
        "first_batch": batches[0].batch_id if batches else None,
        "last_batch": batches[-1].batch_id if batches else None,
        "files": len(files),
        **rows,
        "seconds": dict(seconds),
        "rows_per_second": speed,
        "message": " ".join(messages),
        "overwritten_files": overwritten,
        "refused_documents": len(refused),
        "tables": {args.table: {**rows, "files": len(files)}},
        "checks": _checks(committed),
        "rejected_files": [
            {"file": file.key, "reason": file.reason} for file in files if file.status == FileStatus.REJECTED
        ],
    }


def detail_of(committed: Sequence[CommittedBatch]) -> dict[str, Any]:
    """Return every micro-batch with its files."""
    return {
        "micro_batches": [
            {
                "batch_id": each.batch.batch_id,
                "seconds": round(each.seconds, 3),
                "files": [asdict(file) for file in each.batch.files],
            }
            for each in committed
        ]
    }


def _checks(committed: Sequence[CommittedBatch]) -> dict[str, dict[str, int]]:
    """Return check → rows checked, flagged and quarantined, over all micro-batches."""
    total: dict[str, Counter[str]] = {}
    for each in committed:
        for name, counts in each.report.checks.items():
            total.setdefault(name, Counter()).update(counts)
    return {name: dict(counts) for name, counts in total.items()}


def _refused_messages(refused: Mapping[str, str]) -> list[str]:
    """Return a sentence that names a refused document; empty if there is none."""
    if not refused:
        return []
    name, reason = next(iter(refused.items()))
    what = f"The serving store refuses {len(refused)} documents of the speed view; the others are up to date"
    return [f"{what}. The first is {name[:60]}: {reason}."]


def _message(batches: int, files: int, rows: Mapping[str, int], speed: int) -> str:
    if not batches:
        return "There are no new files."
    return (
        f"{batches} micro-batches, {files} files, {rows['rows_read']} rows, "
        f"{rows['rows_quarantined']} quarantined, {speed} rows/s."
    )
