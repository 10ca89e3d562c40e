"""What a run tells of raw objects that were overwritten under their keys."""

from __future__ import annotations

from collections.abc import Sequence

from glue_jobs.ledger.entries import Batch
from glue_jobs.ledger.view import LedgerView


def overwritten_in(view: LedgerView, batch: Batch | None) -> list[str]:
    """Return the keys in a batch of which other batches have another version. `view` may have the batch."""
    others = [each for each in view.batches if batch is not None and each.batch_id != batch.batch_id]
    earlier = {(file.key, file.version) for each in others for file in each.files}
    keys = {key for key, _ in earlier}
    files = batch.files if batch else ()
    return [file.key for file in files if file.key in keys and (file.key, file.version) not in earlier]


def overwritten_messages(keys: Sequence[str]) -> list[str]:
    """Return a sentence on the objects of which a new version was read; empty if there are none."""
    if not keys:
        return []
    what = f"{len(keys)} raw objects were overwritten under their keys, and their new versions were read"
    return [f"{what}: records that both versions have are duplicates. The first is {keys[0]!r}."]
