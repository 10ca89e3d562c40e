"""What raw holds and the ledger does not: new files, recognised, hashed and ranked."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from glue_jobs.ledger.ledger import FileEntry, FileStatus, LedgerView, version_of
from glue_jobs.runtime.args import Bookmark
from glue_jobs.runtime.store import Head, Listed, ObjectStore
from lake import naming
from lake.files.recognition import FILE_HEADER, HEAD_BYTES, Recognised, recognise, table_of
from lake.model.spec import Domain, Table

HEAD_THREADS = 8
HASH_CHUNK = 1 << 20
RANK_SEPARATOR = "\t"
"""Sorts before every printable character, so that comparing ranks compares their parts."""

REQUEUED_FROM = "requeued-from"
"""Metadata of an object that holds requeued records: the raw key of the file that they came in."""

SOURCE_ROW = "caudal:source_row"
"""Header of the first column of requeued records: the row that each was in the file it came in."""

_SHA_FOLDER = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, kw_only=True)
class LandedFile:
    """A new raw file that is a drop of `table`, ready to be read."""

    key: str
    version: str
    size: int
    sha256: str
    rank: str
    recognised: Recognised
    table: Table
    requeued: bool = False

    @property
    def numbers_its_rows(self) -> bool:
        """Its records come again: the rank is that of their first file, and each tells its row there."""
        return self.requeued and self.recognised.headers[:1] == (SOURCE_ROW,)

    def entry(self, status: str = FileStatus.INGESTED, reason: str = "", **rows: int) -> FileEntry:
        """The file as the ledger will remember it."""
        return FileEntry(
            key=self.key, version=self.version, table=self.table.name, size=self.size, sha256=self.sha256,
            rank=self.rank, status=status, reason=reason, missing_columns=self.recognised.missing,
            undeclared_columns=tuple(self.recognised.extra), **rows,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Landing:
    """New files by fate: to be read, rejected whole, or bytes that were ingested before.

    `heads` keeps the first bytes of each rejected file, for its quarantine record.
    """

    files: tuple[LandedFile, ...]
    rejected: tuple[FileEntry, ...]
    duplicates: tuple[FileEntry, ...]
    heads: dict[str, bytes]

    @property
    def is_empty(self) -> bool:
        return not (self.files or self.rejected or self.duplicates)

    def of(self, table: Table) -> tuple[LandedFile, ...]:
        return tuple(file for file in self.files if file.table.name == table.name)


def relative_path(domain: str, key: str) -> str:
    """The path that the client uploaded: what follows `<domain>/<table>/<sha12>/`, or `<domain>/`."""
    parts = key.removeprefix(naming.raw_prefix(domain)).split("/")
    if len(parts) > 2 and _SHA_FOLDER.fullmatch(parts[1]):
        return "/".join(parts[2:])
    return "/".join(parts)


def rank_of(path: str, key: str, moment: datetime) -> str:
    """The part of a version's rank that its file gives; comparing two as text orders the files.

    Later upload call, then deeper path, then path; the key makes the order total.
    """
    written = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return RANK_SEPARATOR.join((written, f"{path.count('/') + 1:05d}", path, key))


def as_origin(key: str) -> str:
    """A raw key as the metadata REQUEUED_FROM: metadata takes ASCII, and 2 KB of it in all."""
    return base64.urlsafe_b64encode(key.encode()).decode()


def origin_of(head: Head) -> str | None:
    """The raw key of the file that an object's records came in first; None if it is a file of its own."""
    try:
        return base64.b64decode(head.metadata[REQUEUED_FROM], altchars="-_", validate=True).decode()
    except (KeyError, ValueError):
        # Most files have no such metadata; and what `as_origin` did not write is somebody else's.
        return None


def uploaded_at(head: Head) -> datetime:
    """The upload call's time from the metadata, else when the object was written."""
    written = head.metadata.get("uploaded-at")
    if written:
        try:
            moment = datetime.fromisoformat(written.replace("Z", "+00:00"))
        except ValueError:
            # Somebody else's metadata: the object's own time is the declared fallback.
            return head.modified
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return head.modified


def sha256_of(store: ObjectStore, bucket: str, key: str) -> str:
    """Of an object that came without its hash as metadata; reads it whole."""
    digest = hashlib.sha256()
    with store.open(bucket, key) as stream:
        while chunk := stream.read(HASH_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@dataclass(frozen=True)
class _Examined:
    listed: Listed
    head: Head
    recognised: Recognised
    sha256: str

    @property
    def is_requeued(self) -> bool:
        return origin_of(self.head) is not None

    def rank(self, domain: str) -> str:
        """Requeued records keep the rank of the file that they came in."""
        key = origin_of(self.head) or self.listed.key
        return rank_of(relative_path(domain, key), key, uploaded_at(self.head))


def _examiner(store: ObjectStore, bucket: str, domain: Domain) -> Callable[[Listed], _Examined]:
    def examine(listed: Listed) -> _Examined:
        path = listed.key.removeprefix(naming.raw_prefix(domain.name))
        if listed.size == 0:
            head = Head(body=b"", metadata={}, modified=listed.modified)
        else:
            head = store.head(bucket, listed.key, min(HEAD_BYTES, listed.size))
        sha256 = head.metadata.get("sha256") or sha256_of(store, bucket, listed.key)
        recognised = recognise(domain, path, head.body)
        if origin_of(head) is not None:
            extra = {name: place for name, place in recognised.extra.items() if name != SOURCE_ROW}
            recognised = replace(recognised, extra=extra)
        return _Examined(listed, head, recognised, sha256)

    return examine


def _is_new(listed: Listed, view: LedgerView, bookmark: Bookmark) -> bool:
    return bookmark is Bookmark.DISABLE or (listed.key, version_of(listed)) not in view.seen


def find_new(
    store: ObjectStore, bucket: str, domain: Domain, view: LedgerView, bookmark: Bookmark = Bookmark.ENABLE
) -> Landing:
    """Examine every raw file of the domain that the ledger lacks; streams have a job of their own.

    Cost: one listing of the domain, one ranged read per new file.
    """
    prefix = naming.raw_prefix(domain.name)
    new = [
        item
        for item in store.list(bucket, prefix)
        if not item.key.endswith("/")
        and _is_new(item, view, bookmark)
        and not _is_stream(domain, item.key.removeprefix(prefix))
    ]
    with ThreadPoolExecutor(HEAD_THREADS) as pool:
        examined = list(pool.map(_examiner(store, bucket, domain), new))
    known = {} if bookmark is Bookmark.DISABLE else view.ingested
    return _sorted_out(domain.name, sorted(examined, key=lambda item: item.rank(domain.name)), known)


def _is_stream(domain: Domain, path: str) -> bool:
    table = table_of(domain, path)
    return table is not None and table.stream is not None


def _sorted_out(domain: str, examined: Sequence[_Examined], known: Mapping[str, str]) -> Landing:
    """`examined` comes in rank order; `known` maps the hash of what was ingested before to its key."""
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
            reason=f"{FILE_HEADER}: {recognised.reason}",
            undeclared_columns=tuple(recognised.extra), missing_columns=recognised.missing,
        )  # fmt: skip
        original = known.get(item.sha256) or originals.get(item.sha256)
        if recognised.problem or table is None:
            rejected.append(entry)
            heads[entry.key] = item.head.body
        elif item.is_requeued or (item.sha256 not in known and original == entry.key):
            files.append(
                LandedFile(
                    key=entry.key, version=entry.version, size=entry.size, sha256=entry.sha256,
                    rank=entry.rank, recognised=recognised, table=table, requeued=item.is_requeued,
                )
            )  # fmt: skip
        else:
            reason = f"the same bytes as {original}"
            duplicates.append(replace(entry, status=FileStatus.DUPLICATE, reason=reason))
    return Landing(files=tuple(files), rejected=tuple(rejected), duplicates=tuple(duplicates), heads=heads)


def _originals(examined: Sequence[_Examined]) -> dict[str, str]:
    """SHA-256 → the one of the files with these bytes that is read; `examined` comes in rank order.

    Of one upload call the highest-ranking, as the uploader chooses; of several calls the first one's,
    as it would be had a run come between them. Requeued records are no copies of a file, even where
    two files held the same ones.
    """
    originals: dict[str, tuple[datetime, str]] = {}
    for item in examined:
        if item.recognised.problem is None and not item.is_requeued:
            moment = uploaded_at(item.head)
            first, _ = originals.get(item.sha256, (moment, ""))
            if moment == first:
                originals[item.sha256] = (moment, item.listed.key)
    return {sha256: key for sha256, (_, key) in originals.items()}
