"""Find the files to upload, hash them, and recognise their tables."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from lake.files.recognition import HEAD_BYTES, Recognised, recognise
from lake.model.spec import Domain, Versions
from lake.naming import UNRECOGNISED, raw_key
from uploader.errors import UploadError

_CHUNK = 1024 * 1024
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini", "__macosx", "_success"})
_KEY_LIMIT = 1024


@dataclass(frozen=True, kw_only=True)
class LocalFile:
    """A file below a given path. `path` is relative to the given folder; `size` is in bytes.

    `hint` is the path by which the table is recognised. It includes the name of the given folder, so
    that an upload of a stream's folder itself is recognised as that stream.
    """

    source: Path
    path: str
    hint: str
    size: int

    @property
    def is_system_file(self) -> bool:
        """Whether an operating system or editor made the file (hidden, a lock file, …): it holds no data."""
        parts = [part.lower() for part in Path(self.path).parts]
        return any(part.startswith((".", "~$")) or part in _SYSTEM_FILES for part in parts)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A file with the hash of its content, its recognised table and its key in raw."""

    file: LocalFile
    sha256: str
    recognised: Recognised
    key: str

    @property
    def table(self) -> str:
        """The table's name in the key; UNRECOGNISED if the file matches no table."""
        return self.recognised.table.name if self.recognised.table else UNRECOGNISED

    @property
    def is_stream(self) -> bool:
        """Whether the file belongs to a stream's table."""
        return self.recognised.is_stream

    @property
    def delivery(self) -> str | None:
        """The folder of a file whose table has groups of rows: such files count, and are sent, together."""
        table = self.recognised.table
        is_grouped = table is not None and table.versions is Versions.GROUP
        return self.file.path.rpartition("/")[0] if is_grouped else None

    def sent_again(self, domain: str, at: datetime) -> Candidate:
        """Return the file with its key as a new version. Raises UploadError if that is too long."""
        key = raw_key(domain, self.table, self.sha256, self.file.path, again_at=at)
        _require_length(key)
        return replace(self, key=key)

    @property
    def order(self) -> tuple[int, str]:
        """The rank of the file's versions within one upload: by depth of the path, then by path."""
        return (self.file.path.count("/"), self.file.path)


def find(paths: Iterable[Path]) -> list[LocalFile]:
    """Return every file under `paths` once, sorted by path. Raises UploadError for a path without files."""
    found: dict[Path, LocalFile] = {}
    for path in paths:
        if not path.exists():
            raise UploadError("there is no such file or folder.", where=str(path))
        members = list(_members(path))
        if not members:
            raise UploadError("the folder holds no files.", where=str(path))
        for member in members:
            found.setdefault(member.source.resolve(), member)
    return sorted(found.values(), key=lambda each: (each.path, str(each.source)))


def _members(given: Path) -> Iterator[LocalFile]:
    root = given.resolve()
    if given.is_file():
        hint = f"{root.parent.name}/{root.name}".lstrip("/")
        yield LocalFile(source=given, path=given.name, hint=hint, size=given.stat().st_size)
        return
    for source in sorted(given.rglob("*")):
        if source.is_file():
            path = source.relative_to(given).as_posix()
            yield LocalFile(
                source=source, path=path, hint=f"{root.name}/{path}".lstrip("/"), size=source.stat().st_size
            )


def examine(domain: Domain, local: LocalFile) -> Candidate:
    """Hash the file and recognise its table.

    Raises OSError if the file cannot be read, UploadError if its name does not make a valid key.
    """
    digest = hashlib.sha256()
    head = b""
    with local.source.open("rb") as file:
        while chunk := file.read(_CHUNK):
            head = head or chunk[:HEAD_BYTES]
            digest.update(chunk)
    recognised = recognise(domain, local.hint, head)
    sha256 = digest.hexdigest()
    table = recognised.table.name if recognised.table else UNRECOGNISED
    key = raw_key(domain.name, table, sha256, local.path)
    _require_length(key)
    if any(character < " " or character == "\x7f" for character in local.path):
        raise UploadError(
            "the file's name has a line break or another control character.", hint="Rename the file."
        )
    if any("\udc80" <= character <= "\udcff" for character in local.path):
        raise UploadError("the file's name is not UTF-8.", hint="Rename it.")
    return Candidate(file=local, sha256=sha256, recognised=recognised, key=key)


def _require_length(key: str) -> None:
    if len(key.encode("utf-8", errors="surrogateescape")) > _KEY_LIMIT:
        raise UploadError(
            f"the path is too long for an S3 key ({_KEY_LIMIT} bytes).",
            hint="Upload from a folder further down.",
        )
