"""Registers the partitions that a batch has written to bronze and quarantine."""

from __future__ import annotations

from collections.abc import Collection

from glue_jobs.catalog.partitions import Catalog
from glue_jobs.catalog.published import partitions_of
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.files.layers import partitioned_tables
from lake.model.spec import Domain


def register_batch(
    catalog: Catalog, store: ObjectStore, bucket: str, domain: Domain, batch_id: str, names: Collection[str]
) -> None:
    """Register the partitions of a committed batch in the tables `names`.

    Cost: one listing per table and layer.
    """
    for table in partitioned_tables(domain):
        if table.layer in naming.ARRIVAL_LAYERS and table.name in names:
            prefix = naming.batch_prefix(table.layer, domain.name, table.name, batch_id)
            written = partitions_of((item.key for item in store.list(bucket, prefix)), table, domain)
            catalog.register(table, written)
