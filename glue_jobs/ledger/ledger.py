"""The ledger of a domain: which batches exist, which files they came from, and which are published.

A batch is one immutable object, written last and only if its key is free: that write is the commit. Readers
learn of batches from the ledger only, so they never read a directory that a killed job left behind. A second
object per batch records that silver and gold include it ("curated").

Batches of a stream may be held: a hold is an object that names them, and readers do not see them until the
hold is released.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from glue_jobs.ledger.damage import parsing, texts
from glue_jobs.ledger.entries import Batch, FileEntry, version_of
from glue_jobs.ledger.holds import Hold
from glue_jobs.ledger.snapshot import LedgerSnapshot
from glue_jobs.ledger.view import LedgerView
from glue_jobs.ledger.withdrawals import read_decisions
from glue_jobs.runtime.store import Listed, ObjectStore
from lake import naming
from lake.errors import CaudalError
from lake.naming import BatchStatus

__all__ = ["Batch", "FileEntry", "Ledger", "LedgerView", "version_of"]


class Ledger:
    """Reads the ledger of one domain and appends to it."""

    def __init__(self, store: ObjectStore, bucket: str, domain: str) -> None:
        self._store = store
        self._bucket = bucket
        self._domain = domain
        self._snapshot = LedgerSnapshot(store, bucket, naming.snapshot_key(domain))

    def view(self) -> LedgerView:
        """Read the whole ledger. Cost: a few listings, and one request per batch that the snapshot lacks."""
        bodies = self._snapshot.bodies(self._listed_batches())
        batches = [Batch.from_json(body, self._bucket, key) for key, body in bodies.items()]
        held = self._objects_under(naming.held_prefix(self._domain))
        return LedgerView(
            batches=tuple(sorted(batches, key=lambda batch: batch.batch_id)),
            curated=self._ids_under(naming.curated_prefix(self._domain)),
            released=self._ids_under(naming.released_prefix(self._domain)),
            holds=tuple(Hold.from_json(body, self._bucket, key) for key, body in held),
            publishing=self._publishing(),
            decisions=read_decisions(self._store, self._bucket, self._domain),
            reingest=self._ids_under(naming.reingest_prefix(self._domain)),
        )

    def _publishing(self) -> frozenset[str]:
        """Return the ids in all records of batches that executions had begun to publish."""
        found: set[str] = set()
        for key, body in self._objects_under(naming.publishing_prefix(self._domain)):
            with parsing("a list of batches", self._bucket, key):
                found.update(texts(json.loads(body)))
        return frozenset(found)

    def committed_since(self, moment: datetime) -> frozenset[str]:
        """Return the ids of the batches whose entries were written at `moment` or later.

        S3 gives times in whole seconds: an entry of the same second counts as later. Cost: one listing.
        """
        prefix = naming.ledger_prefix(self._domain)
        return frozenset(
            item.key.removeprefix(prefix).removesuffix(".json")
            for item in self._listed_batches()
            if item.modified >= moment.replace(microsecond=0)
        )

    def update_snapshot(self) -> bool:
        """Write a new snapshot if the present one lacks many batches; return whether one was written.

        Only the holder of the domain's lease may call this.
        """
        return self._snapshot.update(self._listed_batches())

    def _listed_batches(self) -> list[Listed]:
        return list(self._store.list(self._bucket, naming.ledger_prefix(self._domain)))

    def _objects_under(self, prefix: str) -> list[tuple[str, bytes]]:
        """Read every object under `prefix`; return (key, body) pairs in key order."""
        keys = [item.key for item in self._store.list(self._bucket, prefix)]
        return [(key, self._store.read(self._bucket, key)) for key in keys]

    def _ids_under(self, prefix: str) -> frozenset[str]:
        """Return the ids of the batches and holds that have an object under `prefix`."""
        return frozenset(
            item.key.removeprefix(prefix).removesuffix(".json")
            for item in self._store.list(self._bucket, prefix)
        )

    def commit(self, batch: Batch) -> None:
        """Commit a batch. Raises CaudalError if a batch of that id exists already."""
        key = naming.ledger_key(self._domain, batch.batch_id)
        self._create(key, batch.to_json(), f"batch {batch.batch_id} is committed already.")

    def hold(self, hold: Hold) -> None:
        """Hide a hold's batches from readers. Raises CaudalError if a hold of that id exists already."""
        key = naming.held_key(self._domain, hold.hold_id)
        self._create(key, hold.to_json(), f"hold {hold.hold_id} exists already.")

    def _create(self, key: str, body: bytes, problem: str) -> None:
        if not self._store.create(self._bucket, key, body):
            raise CaudalError(
                problem,
                where=f"s3://{self._bucket}/{key}",
                hint="Another run of this domain overlapped: start the pipeline again.",
            )

    def record_publishing(self, batch_ids: Iterable[str], *, execution: str) -> None:
        """Record that an execution is about to publish these batches of streams.

        If the execution dies half-way, they cannot be held any more: readers have seen some of their rows.
        """
        body = json.dumps(sorted(batch_ids)).encode()
        self._store.write(self._bucket, naming.publishing_key(self._domain, execution), body)

    def mark_curated(self, batch_ids: Iterable[str], *, execution: str, at: datetime) -> None:
        """Record that silver and gold include these batches. Calling it again changes nothing."""
        body = json.dumps({"execution": execution, "curated_at": at.isoformat()}).encode()
        for batch_id in batch_ids:
            self._store.create(self._bucket, naming.curated_key(self._domain, batch_id), body)
        prefix = naming.publishing_prefix(self._domain)
        self._store.delete(self._bucket, [item.key for item in self._store.list(self._bucket, prefix)])

    def release(self, name: str, *, by: str, at: datetime) -> bool:
        """Release a rejected batch or a hold, by id: the next execution publishes its rows.

        Return False if it was released before. Raises CaudalError if there is no such batch or hold, or if
        the batch was not rejected.
        """
        view = self.view()
        known = {batch.batch_id: batch for batch in view.batches}
        rejected = [each for each, batch in known.items() if batch.status == BatchStatus.REJECTED]
        holds = {hold.hold_id: hold for hold in view.holds}
        if name not in rejected and name not in holds:
            its_hold = next((hold for hold in holds.values() if name in hold.batches), None)
            what = f"there is no rejected batch or hold {name}"
            if its_hold is not None:
                what = f"batch {name} is part of the hold {its_hold.hold_id}: release the hold"
            elif name in known:
                what = f"batch {name} was not rejected"
            raise CaudalError(
                f"{what}.",
                where=f"ledger of {self._domain}",
                hint=f"Rejected batches: {', '.join(rejected) or 'none'}. "
                f"Holds: {', '.join(holds) or 'none'}.",
            )
        body = json.dumps({"released_by": by, "released_at": at.isoformat()}).encode()
        return self._store.create(self._bucket, naming.released_key(self._domain, name), body)
