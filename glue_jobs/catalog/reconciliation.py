"""Compares the catalog with what is published, and makes it equal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from glue_jobs.catalog.partitions import Catalog, Partition, path_of
from glue_jobs.catalog.published import Buckets, read_published
from glue_jobs.runtime.store import ObjectStore
from lake.files.layers import StoredTable, partitioned_tables
from lake.model.spec import Domain
from lake.naming import RUN_LOG

CALLS_AT_ONCE = 4
NAMED = 10
"""Most partitions of a table that a message names."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """How one table's partitions in the catalog differ from the published ones.

    - `missing`: published, but not in the catalog.
    - `stray`: in the catalog, but not published.
    - `outdated`: in the catalog with other columns, format or location than the table's.
    """

    table: StoredTable
    missing: frozenset[Partition]
    stray: frozenset[Partition]
    outdated: frozenset[Partition]

    def __bool__(self) -> bool:
        return bool(self.missing or self.stray or self.outdated)


def reconcile(catalog: Catalog, store: ObjectStore, buckets: Buckets, domain: Domain) -> list[Difference]:
    """Make the catalog equal to what is published; return what was different.

    The caller must hold the domain's lease: nobody else may publish or compact meanwhile. Streams may write:
    a micro-batch in flight is left alone, because its job registers it.
    """
    found = _differences(catalog, store, buckets, domain, partitioned_tables(domain))
    for each in found:
        catalog.register(each.table, each.missing)
        catalog.update(each.table, each.outdated)
        catalog.drop(each.table, each.stray)
    return found


def validate(
    catalog: Catalog,
    store: ObjectStore,
    buckets: Buckets,
    domain: Domain,
    layers: Sequence[str],
    *,
    crawl_started: datetime,
) -> list[Difference]:
    """Return how the catalog of some layers differs from what was published before a crawl.

    Batches that were committed after its start may be registered or not; so may a year of the log of runs, to
    which a stream adds at any time. How partitions are described is not compared: `reconcile` corrects it.
    """
    tables = [table for table in partitioned_tables(domain) if table.layer in layers]
    found = _differences(catalog, store, buckets, domain, tables, since=crawl_started)
    present = [
        Difference(
            table=each.table,
            missing=frozenset() if each.table.name == RUN_LOG else each.missing,
            stray=each.stray,
            outdated=frozenset(),
        )
        for each in found
    ]
    return [each for each in present if each]


def _differences(
    catalog: Catalog,
    store: ObjectStore,
    buckets: Buckets,
    domain: Domain,
    tables: Sequence[StoredTable],
    *,
    since: datetime | None = None,
) -> list[Difference]:
    # The catalog first: a partition that it has then was committed before, so that the ledger has its batch.
    with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        registered = dict(zip(tables, pool.map(catalog.registered, tables), strict=True))
    published = read_published(store, buckets, domain, tables, since=since)
    found = []
    for table in tables:
        has, should = registered[table], published.partitions[table]
        missing = {each for each in should - has.keys() if not published.is_recent(table, each)}
        stray = has.keys() - should - published.in_flight[table]
        outdated = {each for each, is_current in has.items() if each in should and not is_current}
        found.append(
            Difference(
                table=table,
                missing=frozenset(missing),
                stray=frozenset(stray),
                outdated=frozenset(outdated),
            )
        )
    return [each for each in found if each]


def describe(differences: Sequence[Difference]) -> str:
    """Return the differences as sentences that name tables and partitions."""
    return " ".join(sentence for each in differences for sentence in _sentences(each))


def _sentences(difference: Difference) -> Iterator[str]:
    table = difference.table
    name = f"{table.layer}.{table.name}"
    for partitions, what in (
        (difference.missing, "is not in the catalog"),
        (difference.stray, "is in the catalog but not published"),
        (difference.outdated, "is in the catalog with other columns or another location than its table's"),
    ):
        if partitions:
            named = sorted(partitions)[:NAMED]
            more = f" and {len(partitions) - len(named)} more" if len(partitions) > len(named) else ""
            paths = ", ".join(_text(table, each) for each in named)
            yield f"{name}: {paths}{more} {what}."


def _text(table: StoredTable, partition: Partition) -> str:
    if len(partition) != len(table.keys):
        return str(list(partition))
    return path_of(table, partition)
