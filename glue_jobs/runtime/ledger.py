"""The ledger: which batches exist, which files made them, and which of them gold holds.

A batch is one immutable object, written last and only if its key is free: that write is the
commit. Readers take batches from here alone, so a directory that a killed job left behind is
never read. A second object per batch says that silver and gold hold it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property

from glue_jobs.runtime.store import Listed, ObjectStore
from lake import naming
from lake.errors import CaudalError

READ_THREADS = 8


class FileStatus:
    """What became of a raw file."""

    INGESTED = "ingested"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"


class BatchStatus:
    """Whether readers may use a batch: a rejected one waits for its release."""

    COMMITTED = "committed"
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True)
class FileEntry:
    """One raw file in the ledger: its identity, rank, and the account of its rows.

    `version` tells one upload of a key from the next; `rows_read = rows_bronze + rows_quarantined`.
    """

    key: str
    version: str
    table: str
    size: int
    sha256: str
    rank: str
    status: str
    reason: str = ""
    missing_columns: tuple[str, ...] = ()
    undeclared_columns: tuple[str, ...] = ()
    rows_read: int = 0
    rows_bronze: int = 0
    rows_quarantined: int = 0


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One committed batch. `tables` are those whose bronze it brought rows to.

    `checks` counts, by table and check, rows_checked, rows_flagged and rows_quarantined.
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
    def from_json(cls, body: bytes, where: str) -> Batch:
        """Raises CaudalError if the object is no ledger entry."""
        try:
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
        except (ValueError, KeyError, TypeError) as error:
            raise CaudalError(
                f"not a ledger entry ({error}).",
                where=where,
                hint="The ledger is written by the jobs alone; restore the object's earlier version.",
            ) from error


def version_of(listed: Listed) -> str:
    """Tells one upload of a key from the next, also where the bytes are the same."""
    return f"{listed.etag.strip(chr(34))}@{listed.modified.isoformat()}"


@dataclass(frozen=True)
class LedgerView:
    """The ledger as it stood when a job read it."""

    batches: tuple[Batch, ...]
    curated: frozenset[str]
    released: frozenset[str] = frozenset()
    """Rejected batches that somebody has let through."""

    @cached_property
    def readable(self) -> tuple[Batch, ...]:
        """Batches that readers may use, oldest first."""
        return tuple(
            batch
            for batch in self.batches
            if batch.status == BatchStatus.COMMITTED or batch.batch_id in self.released
        )

    @cached_property
    def pending(self) -> tuple[Batch, ...]:
        """Readable batches with rows that silver and gold do not hold yet."""
        return tuple(batch for batch in self.readable if batch.tables and batch.batch_id not in self.curated)

    @cached_property
    def seen(self) -> frozenset[tuple[str, str]]:
        """(key, version) of every raw file that has an entry, whatever became of it."""
        return frozenset((entry.key, entry.version) for batch in self.batches for entry in batch.files)

    @cached_property
    def ingested(self) -> dict[str, str]:
        """SHA-256 → key of the file that brought these bytes.

        A rejected batch brought nothing: its good files may come again while it waits.
        """
        return {
            entry.sha256: entry.key
            for batch in self.readable
            for entry in batch.files
            if entry.status == FileStatus.INGESTED
        }

    def batches_of(self, table: str) -> tuple[str, ...]:
        """Ids of the readable batches that hold rows of a table, oldest first."""
        return tuple(batch.batch_id for batch in self.readable if table in batch.tables)


class Ledger:
    """Reads and appends to the ledger of one domain."""

    def __init__(self, store: ObjectStore, bucket: str, domain: str) -> None:
        self._store = store
        self._bucket = bucket
        self._domain = domain

    def view(self) -> LedgerView:
        """Everything committed so far. Cost: one request per batch."""
        keys = [item.key for item in self._store.list(self._bucket, naming.ledger_prefix(self._domain))]
        with ThreadPoolExecutor(READ_THREADS) as pool:
            bodies = pool.map(lambda key: self._store.read(self._bucket, key), keys)
            batches = tuple(Batch.from_json(body, key) for key, body in zip(keys, bodies, strict=True))
        return LedgerView(
            tuple(sorted(batches, key=lambda batch: batch.batch_id)),
            self._named(naming.curated_prefix(self._domain)),
            self._named(naming.released_prefix(self._domain)),
        )

    def _named(self, prefix: str) -> frozenset[str]:
        """Batches that have an object under `prefix`."""
        return frozenset(
            item.key.removeprefix(prefix).removesuffix(".json")
            for item in self._store.list(self._bucket, prefix)
        )

    def commit(self, batch: Batch) -> None:
        """Make the batch exist. Raises CaudalError if a batch of that id does already."""
        key = naming.ledger_key(self._domain, batch.batch_id)
        if not self._store.create(self._bucket, key, batch.to_json()):
            raise CaudalError(
                f"batch {batch.batch_id} is committed already.",
                where=f"s3://{self._bucket}/{key}",
                hint="Another run of this domain overlapped; start the pipeline again.",
            )

    def mark_curated(self, batch_ids: Iterable[str], *, execution: str, at: datetime) -> None:
        """Record that silver and gold hold these batches; repeating it changes nothing."""
        body = json.dumps({"execution": execution, "curated_at": at.isoformat()}).encode()
        for batch_id in batch_ids:
            self._store.create(self._bucket, naming.curated_key(self._domain, batch_id), body)

    def release(self, batch_id: str, *, by: str, at: datetime) -> bool:
        """Let a rejected batch through: the next execution publishes it. False if it was released before.

        Raises CaudalError if the batch does not exist or was not rejected.
        """
        known = {batch.batch_id: batch for batch in self.view().batches}
        waiting = [name for name, batch in known.items() if batch.status == BatchStatus.REJECTED]
        if batch_id not in waiting:
            what = "was not rejected" if batch_id in known else "does not exist"
            raise CaudalError(
                f"batch {batch_id} {what}.",
                where=f"ledger of {self._domain}",
                hint=f"Rejected batches: {', '.join(waiting) or 'none'}.",
            )
        body = json.dumps({"released_by": by, "released_at": at.isoformat()}).encode()
        return self._store.create(self._bucket, naming.released_key(self._domain, batch_id), body)
