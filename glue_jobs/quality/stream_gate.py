"""The quality gate of streams: judged by all that waits to be published, not by micro-batch.

Where a stream is cut into micro-batches follows from when files come and when the job runs. So the gate
looks at the sum of what no execution has published yet, and holds all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from glue_jobs.ledger.holds import Hold
from glue_jobs.ledger.ledger import LedgerView
from glue_jobs.quality.gate import judge_together
from lake.model.spec import Domain


def judge_streams(
    domain: Domain, view: LedgerView, *, execution: str, at: datetime
) -> tuple[LedgerView, tuple[Hold, ...]]:
    """The ledger without what has to be held, and the holds, which are still to be written.

    They are written when their execution has said what it holds: one that dies before has held nothing,
    and the next one comes to the same verdict.
    """
    holds = tuple(_holds(domain, view, execution, at))
    return replace(view, holds=(*view.holds, *holds)), holds


def _holds(domain: Domain, view: LedgerView, execution: str, at: datetime) -> Iterator[Hold]:
    for table in domain.stream_tables:
        waiting = view.unjudged(table.name)
        overrun = judge_together(table, waiting)
        if overrun is not None:
            ids = tuple(batch.batch_id for batch in waiting)
            yield Hold.of(table.name, ids, str(overrun), execution=execution, at=at)


def held(domain: str, holds: Iterable[Hold]) -> list[str]:
    """What a run says about each hold, and what to do about it."""
    return [
        f"The stream {hold.table} is held. {hold.reason}. What it brought since the last publication "
        f"({len(hold.batches)} micro-batches) is not published: send mended files, or let it through with "
        f"`python -m requeue release --domain {domain} {hold.hold_id}`."
        for hold in holds
    ]


def reminder(view: LedgerView, new: Iterable[Hold]) -> list[str]:
    """Names the holds of earlier runs that still wait."""
    told = {hold.hold_id for hold in new}
    waiting = [hold.hold_id for hold in view.open_holds if hold.hold_id not in told]
    return [f"Still held: {', '.join(waiting)}."] if waiting else []
