"""The quality gate of streams: evaluates all unpublished micro-batches of a table together.

Which files form a micro-batch depends on when they arrive and when the job runs. So the gate evaluates the
sum of all micro-batches that no execution has published yet, and holds all of them or none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from glue_jobs.ledger.holds import Hold
from glue_jobs.ledger.ledger import LedgerView
from glue_jobs.quality.gate import evaluate_batches
from lake.model.spec import Domain


def evaluate_streams(
    domain: Domain, view: LedgerView, *, execution: str, at: datetime
) -> tuple[LedgerView, tuple[Hold, ...]]:
    """Return the ledger's view with new holds, and the new holds, which the caller has to write.

    The caller writes them after its run summary. A run that dies before has held nothing, and the next run
    reaches the same verdict.
    """
    holds = tuple(_holds(domain, view, execution, at))
    return replace(view, holds=(*view.holds, *holds)), holds


def _holds(domain: Domain, view: LedgerView, execution: str, at: datetime) -> Iterator[Hold]:
    for table in domain.stream_tables:
        batches = view.holdable(table.name)
        failure = evaluate_batches(table, batches)
        if failure is not None:
            ids = tuple(batch.batch_id for batch in batches)
            yield Hold.of(table.name, ids, str(failure), execution=execution, at=at)


def hold_messages(domain: str, holds: Iterable[Hold]) -> list[str]:
    """Return the run's message about each new hold, with the operator's options."""
    return [
        f"The stream {hold.table} is held. {hold.reason}. Its {len(hold.batches)} micro-batches since the "
        f"last publication are not published: upload corrected files, or release the hold with "
        f"`caudal release {hold.hold_id} --domain {domain}`."
        for hold in holds
    ]


def open_hold_messages(view: LedgerView, new: Iterable[Hold]) -> list[str]:
    """Return a message that names the open holds of earlier runs; empty if there are none."""
    new_ids = {hold.hold_id for hold in new}
    earlier = [hold.hold_id for hold in view.open_holds if hold.hold_id not in new_ids]
    return [f"Still held: {', '.join(earlier)}."] if earlier else []
