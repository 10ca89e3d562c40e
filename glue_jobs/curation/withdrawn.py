"""The part of a run's account that names withdrawn files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from glue_jobs.ledger.ledger import LedgerView
from glue_jobs.ledger.withdrawals import in_force


def withdrawn_files(view: LedgerView) -> list[dict[str, Any]]:
    """Return each withdrawn file of a readable batch: its key, its table, its rows of bronze, and the reason.

    These rows are in bronze and in no account of silver.
    """
    reasons = in_force(view.decisions)
    return [
        {
            "file": file.key,
            "table": file.table,
            "batch_id": batch.batch_id,
            "rows": file.rows_bronze,
            "why": (reasons.get(file.key) or reasons[file.origin]).why,
        }
        for batch in view.readable
        for file in batch.files
        if file.key in view.withdrawn
    ]


def withdrawn_messages(files: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a sentence on the withdrawn files; empty if there are none."""
    if not files:
        return []
    return [f"Withdrawn: {len(files)} files with {sum(file['rows'] for file in files)} rows of bronze."]
