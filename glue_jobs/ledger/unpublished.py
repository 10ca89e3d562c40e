"""Records the gold partitions that the serving store does not have yet.

The job writes one entry per mart: an object that lists the changed partitions. The state machine publishes
the partitions of all entries and deletes each entry afterwards. A mart whose publication failed keeps its
entry, and the next execution publishes its partitions, whichever partitions that execution replaces itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.model.spec import Domain


def record_unpublished(
    store: ObjectStore, args: JobArguments, domain: Domain, touched: Mapping[str, Iterable[str]]
) -> None:
    """Write an entry for each served mart with touched partitions (`touched` maps tables to partitions).

    The entry includes the partitions of the mart's earlier entries, which are deleted. A repeated call
    changes nothing.
    """
    bucket = args.processed_bucket
    for mart in (collection.mart for collection in domain.serving):
        partitions = set(touched.get(mart, ()))
        if not partitions:
            continue
        earlier = [item.key for item in store.list(bucket, naming.unpublished_prefix(domain.name, mart))]
        for key in earlier:
            partitions |= set(json.loads(store.read(bucket, key))["partitions"])
        entry = naming.unpublished_key(domain.name, mart, args.execution)
        store.write(bucket, entry, json.dumps({"mart": mart, "partitions": sorted(partitions)}).encode())
        store.delete(bucket, [key for key in earlier if key != entry])
