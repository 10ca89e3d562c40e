"""Deletes from bronze and quarantine what killed runs left, and batches in whose place others are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product

from glue_jobs.catalog.partitions import Catalog
from glue_jobs.catalog.published import partitions_of
from glue_jobs.ledger.ledger import LedgerView
from glue_jobs.runtime.store import ObjectStore, at_once
from lake import naming
from lake.files.layers import stored_table
from lake.model.spec import Domain


def remove_uncommitted(
    store: ObjectStore,
    catalog: Catalog,
    bucket: str,
    domain: Domain,
    tables: Iterable[str],
    view: LedgerView,
    *,
    is_own: Callable[[str], bool] = lambda batch_id: True,
) -> None:
    """Drop the partitions of unknown and retired batches from the catalog, then delete their objects.

    `tables` may name the folder of unrecognised files. `is_own` says which batch ids the caller writes; the
    others are left alone. No other run may be writing batches of these ids.
    """
    known = {batch.batch_id for batch in view.batches} - view.retired

    def orphans_in(place: tuple[str, str]) -> list[str]:
        table, layer = place
        prefix = naming.batches_prefix(layer, domain.name, table)
        return [
            item.key
            for item in store.list(bucket, prefix)
            if (batch := item.key.removeprefix(prefix).split("/", 1)[0]) not in known and is_own(batch)
        ]

    places = list(product(tables, naming.ARRIVAL_LAYERS))
    for (table, layer), orphans in zip(places, at_once(orphans_in, places), strict=True):
        if orphans and table != naming.UNRECOGNISED:
            stored = stored_table(domain, layer, table)
            # A crawler may have found them.
            catalog.drop(stored, partitions_of(orphans, stored, domain))
        store.delete(bucket, orphans)
