"""Finds the new raw files of a domain: those that the ledger lacks, with their table, hash and rank."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from glue_jobs.ingest.upload_metadata import arrival, is_alone, origin_of, uploaded_at
from glue_jobs.ledger.entries import ALONE, RANK_SEPARATOR
from glue_jobs.ledger.ledger import FileEntry, LedgerView, version_of
from glue_jobs.runtime.args import Bookmark
from glue_jobs.runtime.store import Head, Listed, ObjectStore
from lake import naming
from lake.files.metadata import AGAIN, SHA256
from lake.files.names import nested_problems
from lake.files.recognition import HEAD_BYTES, Problem, Recognised, recognise, table_of
from lake.files.sizes import unpacked_bytes
from lake.model.spec import Domain, Table
from lake.naming import FileStatus

HEAD_THREADS = 8
HASH_CHUNK = 1 << 20
SOURCE_ROW = "caudal:source_row"
"""Header of the first column of requeued records: each record's row number in its first file."""

_SHA_FOLDER = re.compile(r"[0-9a-f]{12}(-\d{8}T\d{12})?")


@dataclass(frozen=True, kw_only=True)
class LandedFile:
    """A new raw file of `table` that is ready to be read; `arrived` as `arrival` defines it."""

    key: str
    version: str
    size: int
    sha256: str
    rank: str
    arrived: datetime
    recognised: Recognised
    table: Table
    requeued: bool = False

    @property
    def has_row_numbers(self) -> bool:
        """Whether this is a requeued file whose first column is SOURCE_ROW.

        The rows of a requeued file keep the rank and row number of the file they were first read from.
        """
        return self.requeued and self.recognised.headers[:1] == (SOURCE_ROW,)

    def with_open_lines(self) -> LandedFile:
        """Return the file with the knowledge that some of its lines end inside quotes."""
        layout = replace(self.recognised.layout, has_open_lines=True)
        return replace(self, recognised=replace(self.recognised, layout=layout))

    def entry(self, **rows: int) -> FileEntry:
        """Return the ledger entry of the ingested file; `rows` are its row counts."""
        return FileEntry(
            key=self.key, version=self.version, table=self.table.name, size=self.size, sha256=self.sha256,
            rank=self.rank, status=FileStatus.INGESTED, reason="", check="",
            missing_columns=self.recognised.missing, undeclared_columns=tuple(self.recognised.extra), **rows,
        )  # fmt: skip

    def rejected(self, check: str, reason: str) -> FileEntry:
        """Return the ledger entry of the file if it is rejected whole under a check of whole files."""
        return replace(self.entry(), status=FileStatus.REJECTED, check=check, reason=f"{check}: {reason}")


@dataclass(frozen=True, kw_only=True)
class Landing:
    """New files: those to read, those rejected whole, and those whose bytes were ingested before.

    `heads` maps the key of each rejected file to its first bytes, for its quarantine record.
    """

    files: tuple[LandedFile, ...]
    rejected: tuple[FileEntry, ...]
    duplicates: tuple[FileEntry, ...]
    heads: dict[str, bytes]

    @property
    def is_empty(self) -> bool:
        return not (self.files or self.rejected or self.duplicates)

    @property
    def size(self) -> int:
        """About the bytes of the files to read, unpacked."""
        return sum(unpacked_bytes(file.key, file.size) for file in self.files)

    def without(self, keys: Collection[str]) -> Landing:
        """Return the landing with fewer files to read."""
        return replace(self, files=tuple(file for file in self.files if file.key not in keys))

    def of(self, table: Table) -> tuple[LandedFile, ...]:
        """Return the files to read of a table."""
        return tuple(file for file in self.files if file.table.name == table.name)


def relative_path(domain: str, key: str) -> str:
    """Return the path that the client uploaded: the key after `<domain>/<table>/<sha12>/` or `<domain>/`.

    The folder of a file that was sent again is `<sha12>-<time of the upload call>`.
    """
    parts = key.removeprefix(naming.raw_prefix(domain)).split("/")
    if len(parts) > 2 and _SHA_FOLDER.fullmatch(parts[1]):
        return "/".join(parts[2:])
    return "/".join(parts)


def rank_of(path: str, key: str, moment: datetime, *, is_alone: bool = False) -> str:
    """Return a file's rank, the leading part of its rows' version rank. Ranks compare as text.

    A later upload call (`moment`) ranks higher, then a deeper path, then the path; the key makes the order
    total. The files of one call in one folder are a delivery, unless a file `is_alone`.
    """
    written = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    parts = (written, f"{path.count('/') + 1:05d}", path, key)
    return RANK_SEPARATOR.join((*parts, ALONE) if is_alone else parts)


def sha256_of(store: ObjectStore, bucket: str, key: str) -> str:
    """Return the SHA-256 of an object that has none in its metadata. Reads the whole object."""
    digest = hashlib.sha256()
    with store.open(bucket, key) as stream:
        while chunk := stream.read(HASH_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@dataclass(frozen=True)
class Examined:
    """A new raw object with its head, recognition and hash."""

    listed: Listed
    head: Head
    recognised: Recognised
    sha256: str

    @property
    def is_requeued(self) -> bool:
        return origin_of(self.head) is not None

    @property
    def may_be_a_copy(self) -> bool:
        """Whether the file is skipped if its bytes were ingested: neither requeued nor sent again."""
        return not self.is_requeued and AGAIN not in self.head.metadata

    @property
    def content(self) -> tuple[str, str]:
        """Table and SHA-256, which two copies have in common."""
        return (self.recognised.table.name if self.recognised.table else "", self.sha256)

    def rank(self, domain: str) -> str:
        """Return the file's rank; requeued records have the rank of the file they were first read from."""
        key = origin_of(self.head) or self.listed.key
        moment = uploaded_at(self.head)
        return rank_of(relative_path(domain, key), key, moment, is_alone=is_alone(self.head))


def examiner(
    store: ObjectStore, bucket: str, domain: Domain, misplaced: Mapping[str, str]
) -> Callable[[Listed], Examined]:
    """Return the function that examines a new object; `misplaced` maps rejected keys to the reason."""

    def examine(listed: Listed) -> Examined:
        path = listed.key.removeprefix(naming.raw_prefix(domain.name))
        if listed.size == 0:
            head = Head(body=b"", metadata={}, modified=listed.modified)
        else:
            head = store.head(bucket, listed.key, min(HEAD_BYTES, listed.size))
        sha256 = head.metadata.get(SHA256) or sha256_of(store, bucket, listed.key)
        recognised = recognise(domain, path, head.body)
        if reason := misplaced.get(listed.key):
            recognised = replace(recognised, problem=Problem.NAME, reason=reason)
        if origin_of(head) is not None:
            extra = {name: place for name, place in recognised.extra.items() if name != SOURCE_ROW}
            recognised = replace(recognised, extra=extra)
        return Examined(listed, head, recognised, sha256)

    return examine


def _is_new(listed: Listed, view: LedgerView, bookmark: Bookmark) -> bool:
    return bookmark is Bookmark.DISABLE or (listed.key, version_of(listed)) not in view.seen


def find_new(
    store: ObjectStore, bucket: str, domain: Domain, view: LedgerView, bookmark: Bookmark = Bookmark.ENABLE
) -> Landing:
    """Examine every raw file of the domain that the ledger lacks; files of streams have their own job.

    Files are returned in rank order. Cost: one listing of the domain, one ranged read per new file.
    """
    prefix = naming.raw_prefix(domain.name)
    listed = [item for item in store.list(bucket, prefix) if not is_folder_marker(item)]
    ours = [item for item in listed if not _has_own_job(domain, item.key.removeprefix(prefix))]
    new = [item for item in ours if _is_new(item, view, bookmark)]
    misplaced = _outside_streams(domain, new) | nested_problems(item.key for item in listed)
    with ThreadPoolExecutor(HEAD_THREADS) as pool:
        examined = list(pool.map(examiner(store, bucket, domain, misplaced), new))
    known = {} if bookmark is Bookmark.DISABLE else view.ingested
    return _classify(domain.name, sorted(examined, key=lambda item: item.rank(domain.name)), known)


def is_folder_marker(item: Listed) -> bool:
    """Return whether an object only marks a folder: some tools create an empty one for each folder."""
    return item.key.endswith("/") and not item.size


def _has_own_job(domain: Domain, path: str) -> bool:
    """Return whether a stream's job reads the file: it lies in the folder of a stream's table."""
    return any(path.startswith(f"{table.name}/") for table in domain.stream_tables)


def _outside_streams(domain: Domain, listed: Sequence[Listed]) -> dict[str, str]:
    """Return key → why it is rejected, for files of a stream outside the folder that its job reads."""
    found = {}
    for item in listed:
        table = table_of(domain, item.key.removeprefix(naming.raw_prefix(domain.name)))
        if table is not None and table.stream is not None:
            folder = naming.raw_prefix(domain.name, table.name)
            found[item.key] = f"files of the stream {table.name} are read from {folder} only; upload it there"
    return found


def _classify(domain: str, examined: Sequence[Examined], known: Mapping[tuple[str, str], str]) -> Landing:
    """Divide files into those to read, rejected ones and duplicates.

    `examined` is in rank order; `known` maps table and SHA-256 of each ingested file to its key.
    """
    originals = _originals(examined)
    files: list[LandedFile] = []
    rejected: list[FileEntry] = []
    duplicates: list[FileEntry] = []
    heads: dict[str, bytes] = {}
    for item in examined:
        recognised = item.recognised
        table = recognised.table
        entry = FileEntry(
            key=item.listed.key, version=version_of(item.listed), table=table.name if table else "",
            size=item.listed.size, sha256=item.sha256, rank=item.rank(domain), status=FileStatus.REJECTED,
            reason=f"{recognised.check}: {recognised.reason}", check=recognised.check,
            undeclared_columns=tuple(recognised.extra), missing_columns=recognised.missing,
        )  # fmt: skip
        original = known.get(item.content) or originals.get(item.content)
        if recognised.problem or table is None:
            rejected.append(entry)
            heads[entry.key] = item.head.body
        elif not item.may_be_a_copy or (item.content not in known and original == entry.key):
            files.append(
                LandedFile(
                    key=entry.key, version=entry.version, size=entry.size, sha256=entry.sha256,
                    rank=entry.rank, arrived=arrival(item.head), recognised=recognised, table=table,
                    requeued=item.is_requeued,
                )
            )  # fmt: skip
        else:
            reason = f"the same bytes as {original}"
            duplicates.append(replace(entry, status=FileStatus.DUPLICATE, reason=reason, check=""))
    return Landing(files=tuple(files), rejected=tuple(rejected), duplicates=tuple(duplicates), heads=heads)


def _originals(examined: Sequence[Examined]) -> dict[tuple[str, str], str]:
    """Return table and SHA-256 → key of the file to read among copies. `examined` is in rank order.

    Within one upload call that is the highest-ranking file, which the uploader chooses as well. Among several
    calls it is the first call's file: the result is the same if a run happens between the calls. Files of
    requeued records and files that were sent again never count as copies, even if two have the same bytes.
    """
    originals: dict[tuple[str, str], tuple[datetime, str]] = {}
    for item in examined:
        if item.recognised.problem is None and item.may_be_a_copy:
            moment = uploaded_at(item.head)
            first, _ = originals.get(item.content, (moment, ""))
            if moment == first:
                originals[item.content] = (moment, item.listed.key)
    return {content: key for content, (_, key) in originals.items()}
