"""What the serving store has not got yet: noted by the job, taken away when it has been published.

A note is an object per mart with the partitions that have changed. The state machine publishes all
notes that there are and removes each when it is done, so that what could not be published is left for
the next execution, whatever that one touches itself.
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
    """Note the touched partitions (by table) of marts that are served, together with what earlier notes
    of the mart still hold; those are replaced. Noting again changes nothing."""
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
