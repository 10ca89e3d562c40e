"""The log of compactions: which merged bronze files replace which small ones.

Every micro-batch of a stream leaves a file in each month that it has events of. Once a month is over, the
compactor merges its small files. The compaction's ledger entry, an immutable object that is written last,
names the batches whose files are replaced: before it exists, readers ignore the merged files; afterwards,
they ignore the replaced files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cached_property

from glue_jobs.ledger.damage import parsing
from glue_jobs.runtime.months import Month
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.errors import CaudalError

READ_THREADS = 8

_FILE = re.compile(
    r"batch=(?P<place>[^/]+)/(?:year=(?P<year>\d+)/month=(?P<month>\d+)/)?(?P<name>[^/]+\.parquet)"
)


@dataclass(frozen=True, kw_only=True)
class BronzeFile:
    """A Parquet file of bronze. `place` is the id of the batch or compaction whose folder holds it."""

    key: str
    place: str
    month: Month | None
    size: int


def bronze_files(store: ObjectStore, bucket: str, prefix: str) -> list[BronzeFile]:
    """Return all files of a bronze table, uncommitted and replaced ones included. Cost: one listing."""
    found = []
    for item in store.list(bucket, prefix):
        match = _FILE.fullmatch(item.key.removeprefix(prefix))
        if match:
            month = Month(int(match["year"]), int(match["month"])) if match["year"] else None
            found.append(BronzeFile(key=item.key, place=match["place"], month=month, size=item.size))
    return found


@dataclass(frozen=True, kw_only=True)
class Compaction:
    """A committed merge of small files in one month of a table.

    `replaced` has the ids of the merged batches and earlier compactions, and of those that the latter
    replaced. `rows` is the number of rows in the merged files.
    """

    compaction_id: str
    table: str
    year: int
    month: int
    replaced: tuple[str, ...]
    rows: int
    execution: str

    @classmethod
    def from_json(cls, body: bytes, bucket: str, key: str) -> Compaction:
        """Parse a compaction. Raises DamagedEntryError if the object at bucket and key is no compaction."""
        with parsing("a compaction", bucket, key):
            data = json.loads(body)
            return cls(**{**data, "replaced": tuple(data["replaced"])})


@dataclass(frozen=True)
class Compactions:
    """The committed compactions of one table."""

    entries: tuple[Compaction, ...] = ()

    @classmethod
    def read(cls, store: ObjectStore, bucket: str, domain: str, table: str) -> Compactions:
        """Read the committed compactions. Cost: one listing, and one request per compaction."""
        keys = [item.key for item in store.list(bucket, naming.compaction_prefix(domain, table))]
        with ThreadPoolExecutor(READ_THREADS) as pool:
            bodies = list(pool.map(lambda key: store.read(bucket, key), keys))
        return cls(
            tuple(Compaction.from_json(body, bucket, key) for key, body in zip(keys, bodies, strict=True))
        )

    @property
    def ids(self) -> frozenset[str]:
        """Ids of the compactions."""
        return frozenset(entry.compaction_id for entry in self.entries)

    def is_replaced(self, file: BronzeFile) -> bool:
        """Return whether a merged file holds the rows of `file` instead."""
        return (file.place, file.month) in self._replaced

    @cached_property
    def _replaced(self) -> frozenset[tuple[str, Month | None]]:
        return frozenset(
            (place, Month(entry.year, entry.month)) for entry in self.entries for place in entry.replaced
        )

    def visible(self, files: Iterable[BronzeFile], batches: Collection[str]) -> list[BronzeFile]:
        """Return the files that readers of `batches` use: together they hold each row once."""
        places = self.ids.union(batches)
        return [file for file in files if file.place in places and not self.is_replaced(file)]

    def lineage(self, places: Iterable[str]) -> tuple[str, ...]:
        """Return `places` and, for each compaction among them, the places that it replaced."""
        found = set(places)
        found.update(*(entry.replaced for entry in self.entries if entry.compaction_id in found))
        return tuple(sorted(found))

    @property
    def current(self) -> list[Compaction]:
        """Compactions that no later one has replaced."""
        superseded = self.superseded
        return [entry for entry in self.entries if entry not in superseded]

    @property
    def superseded(self) -> list[Compaction]:
        """Compactions that a later one has replaced."""
        later = {place for entry in self.entries for place in entry.replaced}
        return [entry for entry in self.entries if entry.compaction_id in later]


def commit(store: ObjectStore, bucket: str, domain: str, entry: Compaction) -> None:
    """Replace the small files by the merged ones for all readers.

    Raises CaudalError if a compaction of that id exists already.
    """
    key = naming.compaction_key(domain, entry.table, entry.compaction_id)
    body = json.dumps(asdict(entry), indent=1, sort_keys=True).encode()
    if not store.create(bucket, key, body):
        raise CaudalError(
            f"compaction {entry.compaction_id} is committed already.",
            where=f"s3://{bucket}/{key}",
            hint="Another run of this domain overlapped: start the pipeline again.",
        )
