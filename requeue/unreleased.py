"""Rejected batches and holds of streams that are not released."""

from __future__ import annotations

from dataclasses import dataclass

from glue_jobs.ledger.ledger import LedgerView
from glue_jobs.quality.gate import evaluate_batches
from lake.model.spec import Domain
from lake.naming import BatchStatus


@dataclass(frozen=True, kw_only=True)
class Unreleased:
    """A rejected batch, or a hold of a stream's batches; `name` is the argument of `caudal release`."""

    name: str
    since: str
    batches: tuple[str, ...]
    reason: str


def unreleased(domain: Domain, view: LedgerView) -> list[Unreleased]:
    """Return the domain's unreleased batches and holds, oldest first."""
    rejected = [
        Unreleased(
            name=batch.batch_id,
            since=batch.committed_at,
            batches=(batch.batch_id,),
            reason="; ".join(
                str(failure) for table in domain.tables if (failure := evaluate_batches(table, [batch]))
            ),
        )
        for batch in view.batches
        if batch.status == BatchStatus.REJECTED and batch.batch_id not in view.released
    ]
    held = [
        Unreleased(name=hold.hold_id, since=hold.held_at, batches=hold.batches, reason=hold.reason)
        for hold in view.open_holds
    ]
    return sorted([*rejected, *held], key=lambda each: each.since)
