"""The quality gate: whether a batch is good enough to be published.

A batch is rejected where the share of quarantined rows of a table passes what the table declares
(`Table.reject_above`). Files rejected whole do not count: nothing is known of their rows, and each is
reported by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from glue_jobs.ledger.ledger import Batch, FileStatus
from lake.model.spec import Table

MINIMUM_ROWS = 20
"""A table with fewer rows in the batch is not judged: one bad row in a correction of three lines is a third
of it, and would stop a whole month."""

CheckCounts = Mapping[str, Mapping[str, int]]
"""Check → rows_checked, rows_flagged, rows_quarantined."""


@dataclass(frozen=True, kw_only=True)
class Overrun:
    """A table that has more quarantined rows than it declares to bear; `checks` are why, most rows first."""

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


def judge(table: Table, rows_read: int, rows_quarantined: int, checks: CheckCounts) -> Overrun | None:
    """None if the batch may be published as far as this table goes."""
    if rows_read < MINIMUM_ROWS or rows_quarantined <= table.reject_above * rows_read:
        return None
    offending = [
        (name, counts["rows_quarantined"]) for name, counts in checks.items() if counts["rows_quarantined"]
    ]
    return Overrun(
        table=table.name,
        rows_read=rows_read,
        rows_quarantined=rows_quarantined,
        limit=table.reject_above,
        checks=tuple(sorted(offending, key=lambda check: (-check[1], check[0]))),
    )


def judge_together(table: Table, batches: Iterable[Batch]) -> Overrun | None:
    """The verdict on what several batches of the ledger brought to a table, as if they were one."""
    read = quarantined = 0
    checks: dict[str, Counter[str]] = {}
    for batch in batches:
        ours = [f for f in batch.files if f.table == table.name and f.status == FileStatus.INGESTED]
        read += sum(file.rows_read for file in ours)
        quarantined += sum(file.rows_quarantined for file in ours)
        for name, counts in batch.checks.get(table.name, {}).items():
            checks.setdefault(name, Counter()).update(counts)
    return judge(table, read, quarantined, checks)


def rejection(domain: str, batch_id: str, overruns: Iterable[Overrun]) -> str:
    """What the run says about a batch that it rejects, and what to do about it."""
    return (
        f"Batch {batch_id} is rejected. {'; '.join(map(str, overruns))}. Nothing of it is published: send "
        f"mended files, or let it through with `python -m requeue release --domain {domain} "
        f"{batch_id}`."
    )
