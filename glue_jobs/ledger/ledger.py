"""The ledger of a domain: which batches exist, which files they came from, and which are published.

A batch is one immutable object, written last and only if its key is free: that write is the commit. Readers
learn of batches from the ledger only, so they never read a directory that a killed job left behind. A second
object per batch records that silver and gold include it ("curated").

Batches of a stream may be held: a hold is an object that names them, and readers do not see them until the
hold is released.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property

from glue_jobs.ledger.damage import parsing, texts
from glue_jobs.ledger.holds import Hold
from glue_jobs.ledger.snapshot import LedgerSnapshot
from glue_jobs.runtime.store import Listed, ObjectStore
from lake import naming
from lake.errors import CaudalError
from lake.naming import BatchStatus, FileStatus


@dataclass(frozen=True, kw_only=True)
class FileEntry:
    """One raw file in the ledger: its identity, its rank and its row counts.

    `version` distinguishes uploads of the same key (see `version_of`). `rows_read` equals `rows_bronze` +
    `rows_quarantined`.
    """

    key: str
    version: str
    table: str
    size: int
    sha256: str
    rank: str
    status: str
    reason: str = ""
    check: str = ""
    """The check of whole files that a rejected file fails."""
    missing_columns: tuple[str, ...] = ()
    undeclared_columns: tuple[str, ...] = ()
    rows_read: int = 0
    rows_bronze: int = 0
    rows_quarantined: int = 0


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One batch of the ledger. `tables` names the tables of which it has rows in bronze.

    `checks` maps table and check to rows_checked, rows_flagged and rows_quarantined.
    """

    batch_id: str
    domain: str
    execution: str
    status: str
    committed_at: str
    files: tuple[FileEntry, ...]
    tables: tuple[str, ...] = field(default=())
    checks: Mapping[str, Mapping[str, Mapping[str, int]]] = field(default_factory=dict)

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, body: bytes, bucket: str, key: str) -> Batch:
        """Parse a batch. Raises DamagedEntryError if the object at bucket and key is no batch."""
        with parsing("a batch", bucket, key):
            data = json.loads(body)
            files = tuple(
                FileEntry(
                    **{
                        **entry,
                        "missing_columns": tuple(entry["missing_columns"]),
                        "undeclared_columns": tuple(entry["undeclared_columns"]),
                    }
                )
                for entry in data["files"]
            )
            return cls(**{**data, "files": files, "tables": tuple(data["tables"])})


def version_of(listed: Listed) -> str:
    """Return a text that differs between uploads of one key, even if their bytes are the same."""
    return f"{listed.etag.strip(chr(34))}@{listed.modified.isoformat()}"


@dataclass(frozen=True)
class LedgerView:
    """The ledger's content at the time of reading."""

    batches: tuple[Batch, ...]
    curated: frozenset[str]
    released: frozenset[str] = frozenset()
    """Ids of the rejected batches and holds that an operator has released."""

    holds: tuple[Hold, ...] = ()
    publishing: frozenset[str] = frozenset()
    """Ids of the stream batches that an execution had begun to publish when it died."""

    @cached_property
    def open_holds(self) -> tuple[Hold, ...]:
        """Holds that are not released, oldest first."""
        return tuple(hold for hold in self.holds if hold.hold_id not in self.released)

    @cached_property
    def readable(self) -> tuple[Batch, ...]:
        """Batches that readers may use, oldest first."""
        held = {batch_id for hold in self.open_holds for batch_id in hold.batches}
        return tuple(
            batch
            for batch in self.batches
            if batch.batch_id not in held
            and (batch.status == BatchStatus.COMMITTED or batch.batch_id in self.released)
        )

    @cached_property
    def uncurated(self) -> tuple[Batch, ...]:
        """Readable batches that are not in silver and gold yet, including those without rows in bronze."""
        return tuple(batch for batch in self.readable if batch.batch_id not in self.curated)

    @cached_property
    def pending(self) -> tuple[Batch, ...]:
        """Readable batches whose rows are not in silver and gold yet."""
        return tuple(batch for batch in self.uncurated if batch.tables)

    def holdable(self, table: str) -> tuple[Batch, ...]:
        """Return the batches with files of a stream table that the quality gate may still hold.

        Batches that were ever held are excluded, and so are those that may be partly published.
        """
        excluded = self.publishing.union(*(hold.batches for hold in self.holds))
        return tuple(
            batch
            for batch in self.uncurated
            if batch.batch_id not in excluded and any(file.table == table for file in batch.files)
        )

    @cached_property
    def seen(self) -> frozenset[tuple[str, str]]:
        """(key, version) of every raw file in the ledger, whatever its outcome."""
        return frozenset((entry.key, entry.version) for batch in self.batches for entry in batch.files)

    @cached_property
    def ingested(self) -> dict[str, str]:
        """SHA-256 → key of the ingested file with these bytes.

        Files of a rejected batch do not count: its good files may be uploaded again while it is rejected.
        """
        return {
            entry.sha256: entry.key
            for batch in self.readable
            for entry in batch.files
            if entry.status == FileStatus.INGESTED
        }

    def batches_of(self, table: str) -> tuple[str, ...]:
        """Return the ids of the readable batches with rows of a table, oldest first."""
        return tuple(batch.batch_id for batch in self.readable if table in batch.tables)


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
