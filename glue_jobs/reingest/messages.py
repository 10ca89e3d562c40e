"""What is told about batches that older rules have read."""

from __future__ import annotations

from collections.abc import Sequence

from glue_jobs.ledger.entries import Batch

NAMED = 5
"""Most batches that a message names."""


def older_messages(older: Sequence[Batch], domain: str) -> list[str]:
    """Return a sentence that names batches which were read by older rules; empty if there are none."""
    if not older:
        return []
    named = ", ".join(batch.batch_id for batch in older[:NAMED])
    more = f" and {len(older) - NAMED} more" if len(older) > NAMED else ""
    return [f"Read by older rules: {named}{more}. `caudal reingest --domain {domain}` has them read again."]
