"""The raw files of a stream: which ones a micro-batch brings, examined as drops are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from glue_jobs.ingest.landing import (
    HEAD_THREADS,
    LandedFile,
    Landing,
    rank_of,
    relative_path,
    sha256_of,
    uploaded_at,
)
from glue_jobs.ingest.reading import as_uri
from glue_jobs.ledger.ledger import FileStatus, version_of
from glue_jobs.runtime.store import Head, Listed, ObjectStore
from lake import naming
from lake.errors import CaudalError
from lake.files.recognition import FILE_HEADER, HEAD_BYTES, Problem, recognise
from lake.model.spec import Domain, Table

BRONZE_BYTES = 512 << 20
"""Of a micro-batch on its way to bronze: what a run that dies repeats."""

SPEED_BYTES = 128 << 20
"""Of a micro-batch of the speed view, which keeps each of its keys in memory."""

HIDDEN = "Spark takes the name for that of a temporary file, as it begins with _ or .; rename it"


class RawFiles:
    """The raw objects of one stream table, by the addresses that Spark reports."""

    def __init__(self, store: ObjectStore, bucket: str, domain: Domain, table: Table) -> None:
        self._store = store
        self._bucket = bucket
        self._domain = domain
        self._table = table
        self._listed: dict[str, Listed] = {}

    @property
    def url(self) -> str:
        """The folder that the stream reads."""
        return self._store.url(self._bucket, naming.raw_prefix(self._domain.name, self._table.name))

    def find(self, paths: Iterable[str]) -> list[Listed]:
        """Objects by path. One listing, whenever a path is new. Raises CaudalError if one is gone."""
        wanted = list(paths)
        if any(path not in self._listed for path in wanted):
            self._list()
        gone = [path for path in wanted if path not in self._listed]
        if gone:
            raise CaudalError(
                f"{len(gone)} raw files are gone that the stream has seen.",
                where=gone[0],
                hint="Raw is immutable: restore them, or start anew with --new_generation true.",
            )
        return [self._listed[path] for path in wanted]

    def exist(self) -> bool:
        """Whether the stream has any file: Spark does not start on a folder that is not there."""
        if not self._listed:
            self._list()
        return bool(self._listed)

    def files_at_once(self, at_most: int, size: int, seen: Collection[tuple[str, str]]) -> int:
        """Files of a micro-batch: `at_most`, or fewer if as many of the mean new one exceed `size` bytes.

        `seen` are keys and versions that the ledger has; where it has all, the mean is of all.
        """
        if not self._listed:
            self._list()
        listed = self._listed.values()
        new = [item.size for item in listed if (item.key, version_of(item)) not in seen]
        sizes = new or [item.size for item in listed]
        return max(1, min(at_most, size * len(sizes) // max(1, sum(sizes)))) if sizes else at_most

    def hidden(self) -> list[Listed]:
        """Objects that Spark's file source passes over: empty ones, and names that it takes for temporary."""
        prefix = naming.raw_prefix(self._domain.name, self._table.name)
        return [
            item
            for item in self._store.list(self._bucket, prefix)
            if not item.key.endswith("/") and (not item.size or _is_hidden(item.key.removeprefix(prefix)))
        ]

    def _list(self) -> None:
        prefix = naming.raw_prefix(self._domain.name, self._table.name)
        for item in self._store.list(self._bucket, prefix):
            self._listed[as_uri(self._store.url(self._bucket, item.key))] = item

    def examine(self, listed: Sequence[Listed]) -> Landing:
        """Files to be read, and those that are rejected whole; an empty one is read, and has no rows.

        The same bytes under another name are read again: events have keys, files do not matter.
        """
        with ThreadPoolExecutor(HEAD_THREADS) as pool:
            look = partial(_examined, self._store, self._bucket, self._domain, self._table)
            examined = list(pool.map(look, listed))
        rejected = [(file, head) for file, head in examined if _is_rejected(file)]
        return Landing(
            files=tuple(file for file, _ in examined if not _is_rejected(file)),
            rejected=tuple(
                file.entry(FileStatus.REJECTED, f"{FILE_HEADER}: {file.recognised.reason or HIDDEN}")
                for file, _ in rejected
            ),
            duplicates=(),
            heads={file.key: head.body for file, head in rejected},
        )


def _is_hidden(path: str) -> bool:
    return any(
        part.startswith(".") or part.endswith("._COPYING_") or (part.startswith("_") and "=" not in part)
        for part in path.split("/")
    )


def _is_rejected(file: LandedFile) -> bool:
    """A text with odd bytes is judged line by line: what is wrong may be a single one."""
    recognised = file.recognised
    if _is_hidden(file.key):
        return True
    if recognised.problem is Problem.BINARY:
        return recognised.compressed
    return recognised.problem not in (None, Problem.EMPTY)


def _examined(
    store: ObjectStore, bucket: str, domain: Domain, table: Table, listed: Listed
) -> tuple[LandedFile, Head]:
    if listed.size:
        head = store.head(bucket, listed.key, min(HEAD_BYTES, listed.size))
    else:
        head = Head(body=b"", metadata={}, modified=listed.modified)
    path = relative_path(domain.name, listed.key)
    file = LandedFile(
        key=listed.key,
        version=version_of(listed),
        size=listed.size,
        sha256=head.metadata.get("sha256") or sha256_of(store, bucket, listed.key),
        rank=rank_of(path, listed.key, uploaded_at(head)),
        recognised=recognise(domain, listed.key.removeprefix(naming.raw_prefix(domain.name)), head.body),
        table=table,
    )
    return file, head
