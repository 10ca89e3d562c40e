"""Deletes bronze files of a stream together with their partitions, and what killed compactions have left."""

from __future__ import annotations

from collections.abc import Sequence

from glue_jobs.catalog.partitions import Catalog
from glue_jobs.catalog.published import partitions_of
from glue_jobs.ledger.compaction_log import BronzeFile, Compactions, bronze_files
from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.files.layers import stored_table
from lake.model.spec import Domain


def remove_leftovers(
    store: ObjectStore, catalog: Catalog, args: JobArguments, domain: Domain, name: str
) -> bool:
    """Delete merged files of a stream table without an entry, and files that a committed entry replaces.

    Return whether there were any. A crawler would register them. The caller must hold the domain's lease.
    """
    known = Compactions.read(store, args.ledger_bucket, domain.name, name)
    files = bronze_files(store, args.processed_bucket, naming.layer_prefix("bronze", domain.name, name))
    left = [
        file
        for file in files
        if known.is_replaced(file)
        or (file.place.startswith(naming.COMPACTIONS) and file.place not in known.ids)
    ]
    delete_bronze(store, catalog, args, domain, name, left)
    return bool(left)


def delete_bronze(
    store: ObjectStore,
    catalog: Catalog,
    args: JobArguments,
    domain: Domain,
    name: str,
    files: Sequence[BronzeFile],
) -> None:
    """Drop the partitions of whole partitions' files, then delete the files and Spark's success markers."""
    table = stored_table(domain, "bronze", name)
    batches = naming.batches_prefix("bronze", domain.name, name)
    markers = sorted({f"{batches}{file.place}/_SUCCESS" for file in files})
    keys = [file.key for file in files]
    if keys:
        catalog.drop(table, partitions_of(keys, table, domain))
    store.delete(args.processed_bucket, [*markers, *keys])
