"""The quality gate: decides whether a batch is good enough to be published.

A batch is rejected if the share of quarantined rows of any of its tables exceeds the table's declared limit
(`Table.reject_above`). Files that are rejected whole do not count: their rows are unknown, and the run
reports each of them by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from glue_jobs.ledger.ledger import Batch
from lake.files.checks import FILE_CHECKS
from lake.model.spec import Table
from lake.naming import FileStatus

MINIMUM_ROWS = 20
"""A table with fewer rows in the batch always passes: one bad row in a correction of three lines is a third
of it, and would reject a whole month."""

CheckCounts = Mapping[str, Mapping[str, int]]
"""Check → rows_checked, rows_flagged, rows_quarantined."""


@dataclass(frozen=True, kw_only=True)
class GateFailure:
    """A table whose share of quarantined rows exceeds its limit.

    `checks` has the failed checks with their numbers of rows, the most frequent first.
    """

    table: str
    rows_read: int
    rows_quarantined: int
    limit: float
    checks: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        share = self.rows_quarantined / self.rows_read
        reasons = ", ".join(f"{name} {rows}" for name, rows in self.checks)
        return (
            f"{self.table}: {self.rows_quarantined} of {self.rows_read} rows ({share:.2%}) are quarantined, "
            f"the limit is {self.limit:.2%} ({reasons})"
        )


def evaluate(table: Table, rows_read: int, rows_quarantined: int, checks: CheckCounts) -> GateFailure | None:
    """Return the table's gate failure, or None if its share of quarantined rows is within the limit."""
    if rows_read < MINIMUM_ROWS or rows_quarantined <= table.reject_above * rows_read:
        return None
    offending = [
        (name, counts["rows_quarantined"]) for name, counts in checks.items() if counts["rows_quarantined"]
    ]
    return GateFailure(
        table=table.name,
        rows_read=rows_read,
        rows_quarantined=rows_quarantined,
        limit=table.reject_above,
        checks=tuple(sorted(offending, key=lambda check: (-check[1], check[0]))),
    )


def evaluate_batches(table: Table, batches: Iterable[Batch]) -> GateFailure | None:
    """Return the table's gate failure over the rows of several batches together, or None."""
    read = quarantined = 0
    checks: dict[str, Counter[str]] = {}
    for batch in batches:
        ours = [f for f in batch.files if f.table == table.name and f.status == FileStatus.INGESTED]
        read += sum(file.rows_read for file in ours)
        quarantined += sum(file.rows_quarantined for file in ours)
        for name, counts in batch.checks.get(table.name, {}).items():
            if name in FILE_CHECKS:
                continue
            checks.setdefault(name, Counter()).update(counts)
    return evaluate(table, read, quarantined, checks)


def rejection_message(domain: str, batch_id: str, failures: Iterable[GateFailure]) -> str:
    """Return the run's message about a batch that it rejects, with the operator's options."""
    return (
        f"Batch {batch_id} is rejected. {'; '.join(map(str, failures))}. None of its rows are published: "
        f"upload corrected files, or release the batch with `caudal release {batch_id} --domain {domain}`."
    )
