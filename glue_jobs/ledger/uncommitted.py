"""Removes what killed runs left behind: files of batches that never got their ledger entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from glue_jobs.ledger.ledger import LedgerView
from glue_jobs.runtime.store import ObjectStore
from lake import naming


def remove_uncommitted(
    store: ObjectStore,
    bucket: str,
    domain: str,
    tables: Iterable[str],
    view: LedgerView,
    *,
    is_own: Callable[[str], bool] = lambda batch_id: True,
) -> None:
    """Delete the bronze and quarantine directories of batches that are not in the ledger.

    `is_own` says whether the caller writes batches of that id: those of other jobs stay. No other run may be
    writing the caller's batches to `tables`. Cost: one listing per table and layer.
    """
    known = {batch.batch_id for batch in view.batches}
    for table in tables:
        for layer in naming.ARRIVAL_LAYERS:
            prefix = naming.batches_prefix(layer, domain, table)
            orphans = [
                item.key
                for item in store.list(bucket, prefix)
                if (batch_id := item.key.removeprefix(prefix).split("/", 1)[0]) not in known
                and is_own(batch_id)
            ]
            store.delete(bucket, orphans)
