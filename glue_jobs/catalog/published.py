"""The partitions that the catalog should have: those of the ledger's batches, of silver and of gold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from glue_jobs.catalog.partitions import Partition, partition_of
from glue_jobs.ledger.compaction_log import Compactions, bronze_files
from glue_jobs.ledger.ledger import Ledger
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.files.layers import BATCH_KEY, StoredTable
from lake.model.spec import Domain

LIST_THREADS = 8

_DATA_FILE = re.compile(r"(?P<path>(?:[a-z]+=[^/]+/)+)[^/_.][^/]*\.parquet")
"""A Parquet file in a partition. Spark, crawlers and Athena ignore names that begin with `_` or a dot."""


@dataclass(frozen=True, kw_only=True)
class Buckets:
    """The buckets of an environment that hold tables and the ledger."""

    processed: str
    curated: str
    ledger: str

    def of(self, table: StoredTable) -> str:
        """Return the bucket of a table."""
        return self.curated if table.layer == "gold" else self.processed


@dataclass(frozen=True, kw_only=True)
class Published:
    """What is published, at the time of reading.

    - `partitions`: table → the partitions that hold published data.
    - `in_flight`: table → partitions with files of a stream's micro-batch that is not committed yet.
    - `recent`: ids of the batches that were committed at `since` or later.
    """

    partitions: Mapping[StoredTable, frozenset[Partition]]
    in_flight: Mapping[StoredTable, frozenset[Partition]]
    recent: frozenset[str]

    def is_recent(self, table: StoredTable, partition: Partition) -> bool:
        """Return whether a partition holds a recent batch."""
        return table.keys[:1] == (BATCH_KEY.name,) and partition[0] in self.recent


def read_published(
    store: ObjectStore,
    buckets: Buckets,
    domain: Domain,
    tables: Sequence[StoredTable],
    *,
    since: datetime | None = None,
) -> Published:
    """Read the ledger, then list the objects of `tables`. Cost: one listing per table and the ledger's.

    Batches of every status count: the quarantine of a rejected batch is queried, too. Small files of a stream
    that a merged file replaces do not count. Silver and gold hold published files only.
    """
    ledger = Ledger(store, buckets.ledger, domain.name)
    batches = frozenset(batch.batch_id for batch in ledger.view().batches)

    def listed(table: StoredTable) -> tuple[frozenset[Partition], frozenset[Partition]]:
        if table.layer in ("silver", "gold"):
            return partitions_of(_keys(store, buckets, domain, table), table, domain), frozenset()
        return _of_batches(store, buckets, domain, table, batches)

    with ThreadPoolExecutor(LIST_THREADS) as pool:
        found = dict(zip(tables, pool.map(listed, tables), strict=True))
    return Published(
        partitions={table: partitions for table, (partitions, _) in found.items()},
        in_flight={table: in_flight for table, (_, in_flight) in found.items()},
        recent=ledger.committed_since(since) if since is not None else frozenset(),
    )


def partitions_of(keys: Iterable[str], table: StoredTable, domain: Domain) -> frozenset[Partition]:
    """Return the partitions of a table that hold the data files among some objects, given by their keys."""
    root = naming.layer_prefix(table.layer, domain.name, table.name)
    found = set()
    for key in keys:
        match = _DATA_FILE.fullmatch(key.removeprefix(root))
        if match and tuple(part.partition("=")[0] for part in match["path"].split("/")[:-1]) == table.keys:
            found.add(partition_of(match["path"]))
    return frozenset(found)


def _of_batches(
    store: ObjectStore, buckets: Buckets, domain: Domain, table: StoredTable, batches: frozenset[str]
) -> tuple[frozenset[Partition], frozenset[Partition]]:
    """Return the partitions of known batches in bronze or quarantine, and those of batches in flight."""
    if table.layer == "bronze" and table.name in {stream.name for stream in domain.stream_tables}:
        compactions = Compactions.read(store, buckets.ledger, domain.name, table.name)
        root = naming.layer_prefix(table.layer, domain.name, table.name)
        files = bronze_files(store, buckets.processed, root)
        keys = [file.key for file in files if not compactions.is_replaced(file)]
        known = batches | compactions.ids
    else:
        keys, known = _keys(store, buckets, domain, table), batches
    written = partitions_of(keys, table, domain)
    published = frozenset(each for each in written if each[0] in known)
    return published, frozenset(each for each in written - published if naming.is_stream_batch(each[0]))


def _keys(store: ObjectStore, buckets: Buckets, domain: Domain, table: StoredTable) -> list[str]:
    """Return the keys of a table's objects."""
    root = naming.layer_prefix(table.layer, domain.name, table.name)
    return [item.key for item in store.list(buckets.of(table), root)]
