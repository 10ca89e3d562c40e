"""Notes of the gold partitions that the serving store does not have yet.

The job writes one note per mart: an object that lists the changed partitions. The state machine publishes
the partitions of all notes and deletes each note afterwards. A partition whose publication failed keeps its
note, and the next execution publishes it, whichever partitions it replaces itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.model.spec import Domain


def note_unpublished(
    store: ObjectStore, args: JobArguments, domain: Domain, touched: Mapping[str, Iterable[str]]
) -> None:
    """Write a note for each served mart with touched partitions (`touched` maps tables to partitions).

    The note includes the partitions of the mart's earlier notes, which are deleted. Calling it again changes
    nothing.
    """
    bucket = args.processed_bucket
    for mart in (collection.mart for collection in domain.serving):
        partitions = set(touched.get(mart, ()))
        if not partitions:
            continue
        earlier = [item.key for item in store.list(bucket, naming.unpublished_prefix(domain.name, mart))]
        for key in earlier:
            partitions |= set(json.loads(store.read(bucket, key))["partitions"])
        noted = naming.unpublished_key(domain.name, mart, args.execution)
        store.write(bucket, noted, json.dumps({"mart": mart, "partitions": sorted(partitions)}).encode())
        store.delete(bucket, [key for key in earlier if key != noted])
