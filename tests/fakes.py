"""Fakes of the object store and the catalog, for tests that need no server."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock, RLock
from typing import BinaryIO
from uuid import uuid4

from glue_jobs.catalog.partitions import Partition, partition_of, path_of
from glue_jobs.runtime.store import Head, Listed
from lake.files.layers import StoredTable


class FolderStore:
    """An ObjectStore in a folder: objects are `<root>/<bucket>/<key>`, user metadata is in `<root>/.meta`.

    Keys that no file system can name (`a//b`, `a` beside `a/b`) are in `<root>/.odd`, and no path finds them.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._swapping = RLock()

    def _path(self, bucket: str, key: str) -> Path:
        odd = self._odd(bucket, key)
        return odd if odd.exists() else self.root / bucket / key

    def _odd(self, bucket: str, key: str) -> Path:
        return self.root / ".odd" / bucket / base64.urlsafe_b64encode(key.encode()).decode()[:200]

    def put_odd(self, bucket: str, key: str, body: bytes) -> None:
        """Put an object under a key that no file system can name."""
        path = self._odd(bucket, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        (path.parent / f"{path.name}.key").write_text(key)

    def _meta(self, bucket: str, key: str) -> Path:
        return self.root / ".meta" / bucket / f"{hashlib.sha1(key.encode()).hexdigest()}.json"

    def upload(self, bucket: str, key: str, body: bytes, **metadata: str) -> None:
        """Put an object with user metadata (underscores stand for dashes)."""
        self.write(bucket, key, body)
        meta = self._meta(bucket, key)
        meta.parent.mkdir(parents=True, exist_ok=True)
        meta.write_text(json.dumps({name.replace("_", "-"): value for name, value in metadata.items()}))

    def list(self, bucket: str, prefix: str) -> Iterator[Listed]:
        root = self.root / bucket
        for name in sorted((self.root / ".odd" / bucket).glob("*.key")):
            key, path = name.read_text(), name.with_suffix("")
            if key.startswith(prefix):
                modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                yield Listed(key=key, size=path.stat().st_size, etag=path.name[:32], modified=modified)
        # os.walk ignores folders that are deleted meanwhile, such as Spark's temporary ones.
        folders = os.walk(root / prefix.rpartition("/")[0])
        found = sorted(Path(folder, name) for folder, _, names in folders for name in names)
        for path in found:
            key = path.relative_to(root).as_posix()
            if not key.startswith(prefix) or path.name.endswith(".crc"):
                continue
            try:
                stat, body = path.stat(), path.read_bytes()
            except FileNotFoundError:
                # It was deleted while others were listed: S3 may leave it out as well.
                continue
            yield Listed(
                key=key,
                size=stat.st_size,
                etag=_etag(body),
                modified=datetime.fromtimestamp(stat.st_mtime, UTC),
            )

    def top(self, bucket: str) -> Iterator[str]:
        yield from sorted(
            {key.partition("/")[0] + key.partition("/")[1] for key in (i.key for i in self.list(bucket, ""))}
        )

    def read(self, bucket: str, key: str) -> bytes:
        return self._path(bucket, key).read_bytes()

    def head(self, bucket: str, key: str, size: int) -> Head:
        path = self._path(bucket, key)
        meta = self._meta(bucket, key)
        with path.open("rb") as stream:
            return Head(
                body=stream.read(size),
                metadata=json.loads(meta.read_text()) if meta.exists() else {},
                modified=datetime.fromtimestamp(path.stat().st_mtime, UTC),
            )

    def open(self, bucket: str, key: str) -> BinaryIO:
        return self._path(bucket, key).open("rb")

    def write(self, bucket: str, key: str, body: bytes) -> None:
        path = self._path(bucket, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)

    def create(self, bucket: str, key: str, body: bytes) -> bool:
        with self._swapping:
            if self._path(bucket, key).exists():
                return self.read(bucket, key) == body
            self.write(bucket, key, body)
            return True

    def etagged(self, bucket: str, key: str) -> tuple[bytes, str]:
        body = self.read(bucket, key)
        return body, _etag(body)

    def swap(self, bucket: str, key: str, body: bytes, etag: str | None) -> bool:
        if etag is None:
            return self.create(bucket, key, body)
        with self._swapping:
            try:
                held = self.read(bucket, key)
            except FileNotFoundError:
                return False
            if _etag(held) != etag:
                return held == body
            self.write(bucket, key, body)
            return True

    def copy(self, bucket: str, source: str, target: str) -> None:
        path = self._path(bucket, target)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.root / ".partial" / uuid4().hex
        partial.parent.mkdir(exist_ok=True)
        shutil.copyfile(self._path(bucket, source), partial)
        partial.replace(path)
        # Spark's local file system would compare a stale checksum with the new content.
        path.with_name(f".{path.name}.crc").unlink(missing_ok=True)

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        for key in keys:
            path = self._path(bucket, key)
            path.unlink(missing_ok=True)
            path.with_name(f".{path.name}.crc").unlink(missing_ok=True)

    def url(self, bucket: str, key: str) -> str:
        return str(self._path(bucket, key))


def _etag(body: bytes) -> str:
    return hashlib.md5(body).hexdigest()


class KilledError(Exception):
    """Stands for the end of the process; the message names the change that did not happen."""


class KillableStore(FolderStore):
    """A FolderStore whose process is killed before a change: neither that one nor any later one happens.

    `killed_at` is the number of changes that happen before; None kills nothing. Each deleted key is a change
    of its own. `changes` lists all attempted changes as `verb key`.
    """

    def __init__(self, root: Path, killed_at: int | None = None) -> None:
        super().__init__(root)
        self.killed_at = killed_at
        self.changes: list[str] = []
        self._lock = Lock()

    def _change(self, verb: str, key: str) -> None:
        with self._lock:
            self.changes.append(f"{verb} {key}")
            if self.killed_at is not None and len(self.changes) > self.killed_at:
                raise KilledError(self.changes[self.killed_at])

    def write(self, bucket: str, key: str, body: bytes) -> None:
        self._change("write", key)
        super().write(bucket, key, body)

    def copy(self, bucket: str, source: str, target: str) -> None:
        self._change("copy", target)
        super().copy(bucket, source, target)

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        for key in keys:
            self._change("delete", key)
            super().delete(bucket, [key])


class KilledBeforeStore(KillableStore):
    """A KillableStore that is killed before the first change (`verb key`) that matches a pattern.

    `passing` is the number of matching changes that happen before.
    """

    def __init__(self, root: Path, pattern: str, *, passing: int = 0) -> None:
        super().__init__(root)
        self._pattern = pattern
        self._passing = passing

    def _change(self, verb: str, key: str) -> None:
        if self.killed_at is None and re.match(self._pattern, f"{verb} {key}"):
            if not self._passing:
                self.killed_at = len(self.changes)
            self._passing -= 1
        super()._change(verb, key)


class MemoryCatalog:
    """A Catalog in memory: `tables` maps `<layer>.<table>` to its partitions by path.

    `outdated` are paths `<layer>.<table>/<partition>` that are described differently from their table.
    `changes` lists all changes as `register <layer>.<table>/<partition>`. A store's `changes`, if given as
    the log, then has the changes of both in order.
    """

    def __init__(self, log: list[str] | None = None) -> None:
        self.tables: dict[str, set[str]] = {}
        self.outdated: set[str] = set()
        self.changes: list[str] = [] if log is None else log

    def paths(self) -> set[str]:
        """Return all partitions as `<layer>.<table>/<partition>`."""
        return {f"{table}/{path}" for table, paths in self.tables.items() for path in paths}

    def registered(self, table: StoredTable) -> dict[Partition, bool]:
        return {
            partition_of(path): f"{_name(table)}/{path}" not in self.outdated
            for path in self.tables.get(_name(table), ())
        }

    def register(self, table: StoredTable, partitions: Iterable[Partition]) -> None:
        for path in self._changed("register", table, partitions):
            self.tables.setdefault(_name(table), set()).add(path)

    def update(self, table: StoredTable, partitions: Iterable[Partition]) -> None:
        for path in self._changed("update", table, partitions):
            self.outdated.discard(f"{_name(table)}/{path}")

    def drop(self, table: StoredTable, partitions: Iterable[Partition]) -> None:
        for path in self._changed("drop", table, partitions):
            self.tables.get(_name(table), set()).discard(path)

    def _changed(self, verb: str, table: StoredTable, partitions: Iterable[Partition]) -> list[str]:
        paths = [path_of(table, partition) for partition in sorted(set(partitions)) if table.keys]
        self.changes += [f"{verb} {_name(table)}/{path}" for path in paths]
        return paths


def _name(table: StoredTable) -> str:
    return f"{table.layer}.{table.name}"
