"""The raw files of a stream: find and examine the files of a micro-batch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from glue_jobs.ingest.landing import (
    HEAD_THREADS,
    LandedFile,
    Landing,
    is_folder_marker,
    rank_of,
    relative_path,
    sha256_of,
)
from glue_jobs.ingest.reading import as_uri
from glue_jobs.ingest.upload_metadata import arrival, origin_of, uploaded_at
from glue_jobs.ledger.ledger import FileEntry, version_of
from glue_jobs.runtime.store import Head, Listed, ObjectStore
from lake import naming
from lake.errors import CaudalError
from lake.files.checks import FILE_NAME
from lake.files.metadata import SHA256
from lake.files.names import name_problem, nested_problems, resolved
from lake.files.recognition import HEAD_BYTES, Problem, recognise
from lake.model.spec import Domain, Table

BRONZE_BYTES = 512 << 20
"""Maximum size of a bronze micro-batch, which is what a failed run repeats; it takes 0.2 GB of heap."""

HIDDEN = "Spark skips names that begin with _ or . as temporary files; rename the file"


class RawFiles:
    """The raw objects of one stream table, by the paths that Spark reports."""

    def __init__(self, store: ObjectStore, bucket: str, domain: Domain, table: Table) -> None:
        self._store = store
        self._bucket = bucket
        self._domain = domain
        self._table = table
        self._listed: dict[str, Listed] = {}
        self._objects: list[Listed] = []
        self._nested: dict[str, str] = {}

    @property
    def url(self) -> str:
        """URL of the folder that the stream reads."""
        return self._store.url(self._bucket, naming.raw_prefix(self._domain.name, self._table.name))

    def find(self, paths: Iterable[str]) -> list[Listed]:
        """Return the objects at `paths`, listing the folder again if a path is unknown.

        Raises CaudalError if an object no longer exists.
        """
        wanted = list(paths)
        if any(path not in self._listed for path in wanted):
            self._list()
        missing = [path for path in wanted if path not in self._listed]
        if missing:
            raise CaudalError(
                f"{len(missing)} raw files of the stream's checkpoint no longer exist; raw is immutable.",
                where=missing[0],
                hint="Restore the files, or run the job once with --new_generation true.",
            )
        return [self._listed[path] for path in wanted]

    def has_files(self) -> bool:
        """Return whether the stream has any file: Spark fails to start on a folder that does not exist."""
        if not self._listed:
            self._list()
        return bool(self._listed)

    def files_per_batch(self, at_most: int, size: int, seen: Collection[tuple[str, str]]) -> int:
        """Return how many files a micro-batch may have: at most `at_most`, and about `size` bytes in total.

        The size of a file is estimated by the mean of the new files. `seen` are the keys and versions
        of files in the ledger; if no file is new, the mean is taken over all files.
        """
        if not self._listed:
            self._list()
        listed = self._listed.values()
        new = [item.size for item in listed if (item.key, version_of(item)) not in seen]
        sizes = new or [item.size for item in listed]
        return max(1, min(at_most, size * len(sizes) // max(1, sum(sizes)))) if sizes else at_most

    def skipped(self, seen: Collection[tuple[str, str]]) -> list[Listed]:
        """Return the objects that Spark's file source may skip: empty ones, those whose names it hides or
        does not find, and those that were overwritten under their key.

        Spark remembers the keys that it has read, not their versions. `seen` as in `files_per_batch`.
        """
        self._list()
        keys = {key for key, _ in seen}
        return [
            item
            for item in self._objects
            if not item.size
            or item.key in keys
            or _is_hidden(item.key.removeprefix(self._prefix))
            or self._misnamed(item.key)
        ]

    @property
    def _prefix(self) -> str:
        return naming.raw_prefix(self._domain.name, self._table.name)

    def _list(self) -> None:
        found = self._store.list(self._bucket, self._prefix)
        self._objects = [item for item in found if not is_folder_marker(item)]
        self._nested = nested_problems(item.key for item in self._objects)
        by_path = {as_uri(self._store.url(self._bucket, item.key)): item for item in self._objects}
        # Spark reports the key that Hadoop makes of an odd one; an object of that key goes first.
        odd = {
            as_uri(self._store.url(self._bucket, resolved(item.key))): item
            for item in self._objects
            if self._misnamed(item.key)
        }
        self._listed |= odd | by_path

    def _misnamed(self, key: str) -> str | None:
        """Return why the file is rejected for its key; None if it is not."""
        return self._nested.get(key) or name_problem(key.removeprefix(naming.raw_prefix(self._domain.name)))

    def examine(self, listed: Sequence[Listed]) -> Landing:
        """Return the files to read and the files that are rejected whole. An empty file has no rows.

        Files with equal bytes are not skipped: events are deduplicated by their keys.
        """
        with ThreadPoolExecutor(HEAD_THREADS) as pool:
            examine_one = partial(_examined, self._store, self._bucket, self._domain, self._table)
            examined = list(pool.map(examine_one, listed))
        entries = {file.key: entry for file, _ in examined if (entry := self._rejection(file))}
        return Landing(
            files=tuple(file for file, _ in examined if file.key not in entries),
            rejected=tuple(entries.values()),
            duplicates=(),
            heads={file.key: head.body for file, head in examined if file.key in entries},
        )

    def _rejection(self, file: LandedFile) -> FileEntry | None:
        """Return the ledger entry of a file that is rejected whole; None for a file that is read."""
        recognised = file.recognised
        if reason := self._misnamed(file.key):
            return file.rejected(FILE_NAME, reason)
        if _is_hidden(file.key):
            return file.rejected(FILE_NAME, HIDDEN)
        if recognised.problem in (None, Problem.EMPTY):
            return None
        return file.rejected(recognised.check, recognised.reason)


def _is_hidden(path: str) -> bool:
    return any(
        part.startswith(".") or part.endswith("._COPYING_") or (part.startswith("_") and "=" not in part)
        for part in path.split("/")
    )


def _examined(
    store: ObjectStore, bucket: str, domain: Domain, table: Table, listed: Listed
) -> tuple[LandedFile, Head]:
    if listed.size:
        head = store.head(bucket, listed.key, min(HEAD_BYTES, listed.size))
    else:
        head = Head(body=b"", metadata={}, modified=listed.modified)
    origin = origin_of(head) or listed.key
    path = relative_path(domain.name, origin)
    file = LandedFile(
        key=listed.key,
        version=version_of(listed),
        size=listed.size,
        sha256=head.metadata.get(SHA256) or sha256_of(store, bucket, listed.key),
        rank=rank_of(path, origin, uploaded_at(head)),
        arrived=arrival(head),
        recognised=recognise(domain, listed.key.removeprefix(naming.raw_prefix(domain.name)), head.body),
        table=table,
    )
    return file, head
