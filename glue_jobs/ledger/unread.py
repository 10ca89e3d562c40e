"""The raw files of a domain that no run has read."""

from __future__ import annotations

from glue_jobs.ledger.entries import version_of
from glue_jobs.ledger.view import LedgerView
from glue_jobs.runtime.store import ObjectStore
from lake.naming import raw_prefix


def unread_files(store: ObjectStore, raw_bucket: str, domain: str, view: LedgerView) -> list[str]:
    """Return the keys, below the domain's prefix, of the raw files that the ledger does not name.

    Empty objects are no files. Cost: one listing of the domain's raw files.
    """
    prefix = raw_prefix(domain)
    return [
        item.key.removeprefix(prefix)
        for item in store.list(raw_bucket, prefix)
        if item.size and (item.key, version_of(item)) not in view.seen
    ]
