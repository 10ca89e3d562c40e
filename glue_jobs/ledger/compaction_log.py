"""Compactions: files that took the place of many small ones, and the entries that say so.

A stream leaves files in a month for every micro-batch that held events of it. Once the month is over
they are merged. An immutable object in the ledger, written last, says which files the merged ones replace:
until then readers do not see the merged ones, from then on they do not see the replaced ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cached_property

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
    """A Parquet file of bronze. `place` is the batch or the compaction whose folder it lies in."""

    key: str
    place: str
    month: Month | None
    size: int


def bronze_files(store: ObjectStore, bucket: str, prefix: str) -> list[BronzeFile]:
    """All files of a bronze table that are there, whoever may see them. Cost: one listing."""
    found = []
    for item in store.list(bucket, prefix):
        match = _FILE.fullmatch(item.key.removeprefix(prefix))
        if match:
            month = Month(int(match["year"]), int(match["month"])) if match["year"] else None
            found.append(BronzeFile(key=item.key, place=match["place"], month=month, size=item.size))
    return found


@dataclass(frozen=True, kw_only=True)
class Compaction:
    """In one month of a table, the files of `replaced` became others.

    These are batches and earlier compactions, and what the latter replaced.
    """

    compaction_id: str
    table: str
    year: int
    month: int
    replaced: tuple[str, ...]
    rows: int
    execution: str

    @classmethod
    def from_json(cls, body: bytes, where: str) -> Compaction:
        """Raises CaudalError if the object is no compaction."""
        try:
            data = json.loads(body)
            return cls(**{**data, "replaced": tuple(data["replaced"])})
        except (ValueError, KeyError, TypeError) as error:
            raise CaudalError(
                f"not a compaction ({error}).",
                where=where,
                hint="Compactions are written by the jobs alone; restore the object's earlier version.",
            ) from error


@dataclass(frozen=True)
class Compactions:
    """The committed compactions of one table."""

    entries: tuple[Compaction, ...] = ()

    @classmethod
    def read(cls, store: ObjectStore, bucket: str, domain: str, table: str) -> Compactions:
        """Cost: one listing, one request per compaction that was not replaced by a later one."""
        keys = [item.key for item in store.list(bucket, naming.compaction_prefix(domain, table))]
        with ThreadPoolExecutor(READ_THREADS) as pool:
            bodies = list(pool.map(lambda key: store.read(bucket, key), keys))
        return cls(tuple(map(Compaction.from_json, bodies, keys)))

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(entry.compaction_id for entry in self.entries)

    def is_replaced(self, file: BronzeFile) -> bool:
        """Whether other files hold its rows."""
        return (file.place, file.month) in self._replaced

    @cached_property
    def _replaced(self) -> frozenset[tuple[str, Month | None]]:
        return frozenset(
            (place, Month(entry.year, entry.month)) for entry in self.entries for place in entry.replaced
        )

    def visible(self, files: Iterable[BronzeFile], batches: Collection[str]) -> list[BronzeFile]:
        """The files that hold the rows of `batches`, each row once."""
        places = self.ids.union(batches)
        return [file for file in files if file.place in places and not self.is_replaced(file)]

    def lineage(self, places: Iterable[str]) -> tuple[str, ...]:
        """`places`, and what those of them that are compactions have replaced."""
        found = set(places)
        found.update(*(entry.replaced for entry in self.entries if entry.compaction_id in found))
        return tuple(sorted(found))

    @property
    def superseded(self) -> list[Compaction]:
        """Entries that a later one stands for as well."""
        later = {place for entry in self.entries for place in entry.replaced}
        return [entry for entry in self.entries if entry.compaction_id in later]


def commit(store: ObjectStore, bucket: str, domain: str, entry: Compaction) -> None:
    """Put the merged files in place of the others. Raises CaudalError if the compaction exists already."""
    key = naming.compaction_key(domain, entry.table, entry.compaction_id)
    body = json.dumps(asdict(entry), indent=1, sort_keys=True).encode()
    if not store.create(bucket, key, body):
        raise CaudalError(
            f"compaction {entry.compaction_id} is committed already.",
            where=f"s3://{bucket}/{key}",
            hint="Another run of this domain overlapped; start the pipeline again.",
        )
