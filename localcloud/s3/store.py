"""Where the bytes and the metadata of objects lie on disk.

The current version of an object is the plain file `<home>/s3/<bucket>/<key>`. Everything else is kept
beside it in `<home>/state`: metadata in one SQLite file, and in `blobs/` the bytes of older versions,
of parts that are still being uploaded, and of keys that no file system can name.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MAX_NAME = 255
"""Longest file name of common file systems, in bytes."""

TEMPORARY = {"_temporary"}
"""Folders that a running Spark job has not committed yet."""

Stamp = tuple[int, int]
"""Size and modification time (ns) of a file: another writer's changes show in it."""

Record = dict[str, Any]
"""One version of an object, as JSON."""


def stamp_of(path: Path) -> Stamp:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def is_object_name(name: str) -> bool:
    """False for what Hadoop's local file system leaves beside the files it writes."""
    return not (name.startswith(".") and name.endswith((".crc", ".tmp")))


class ObjectStore:
    """Files and metadata of all buckets of one home folder. Thread-safe through `lock`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.root = home / "s3"
        self.blobs = home / "state" / "blobs"
        self.root.mkdir(parents=True, exist_ok=True)
        self.blobs.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self._database = sqlite3.connect(
            home / "state" / "objects.sqlite", check_same_thread=False, isolation_level=None
        )
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS objects"
            " (bucket TEXT, key TEXT, versions TEXT, PRIMARY KEY (bucket, key))"
        )

        self._sweep()

    def _sweep(self) -> None:
        """Remove what a killed process left: parts of uploads that can never be completed."""
        rows = self._database.execute("SELECT versions FROM objects").fetchall()
        kept = {record.get("path") for (versions,) in rows for record in json.loads(versions)}
        for blob in self.blobs.iterdir():
            if str(blob.relative_to(self.home)) not in kept:
                blob.unlink()

    def close(self) -> None:
        with self.lock:
            self._database.close()

    # --- metadata

    def load(self, bucket: str) -> Iterator[tuple[str, list[Record]]]:
        """Key and versions, oldest first, of every object that was saved in this bucket."""
        with self.lock:
            rows = self._database.execute(
                "SELECT key, versions FROM objects WHERE bucket = ?", (bucket,)
            ).fetchall()
        for key, versions in rows:
            yield key, json.loads(versions)

    def save(self, bucket: str, key: str, versions: list[Record]) -> None:
        """Replace what is known of an object; no versions forget it."""
        with self.lock:
            if versions:
                self._database.execute(
                    "INSERT OR REPLACE INTO objects VALUES (?, ?, ?)", (bucket, key, json.dumps(versions))
                )
            else:
                self._database.execute("DELETE FROM objects WHERE bucket = ? AND key = ?", (bucket, key))

    # --- bytes

    def new_blob(self, value: bytes) -> Path:
        """A file of its own with these bytes, to be moved into place later."""
        path = self.blobs / uuid.uuid4().hex
        path.write_bytes(value)
        return path

    def place(self, bucket: str, key: str, source: Path) -> Path:
        """Move a file to where the current version of `key` belongs, atomically. Returns the new path."""
        path = self._plain(bucket, key)
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                source.replace(path)
            except (FileExistsError, NotADirectoryError, IsADirectoryError):
                path = None  # `a` and `a/b` are both keys, but cannot both be files
            else:
                # A checksum file of Spark's would now contradict the content.
                (path.parent / f".{path.name}.crc").unlink(missing_ok=True)
        if path is None:
            path = self.blobs / hashlib.sha256(f"{bucket}/{key}".encode()).hexdigest()
            source.replace(path)
        return path

    def set_aside(self, source: Path) -> Path:
        """Move the bytes of a version that is no longer current out of the bucket's folder."""
        path = self.blobs / uuid.uuid4().hex
        source.replace(path)
        self._prune(source.parent)
        return path

    def remove(self, path: Path) -> None:
        """Delete a file, and the folders of its bucket that are empty now (S3 has no empty folders)."""
        path.unlink(missing_ok=True)
        (path.parent / f".{path.name}.crc").unlink(missing_ok=True)
        self._prune(path.parent)

    def is_plain(self, path: Path) -> bool:
        return path.is_relative_to(self.root)

    def _plain(self, bucket: str, key: str) -> Path | None:
        parts = key.split("/")
        nameable = all(part not in ("", ".", "..") and len(part.encode()) <= MAX_NAME for part in parts)
        return self.root.joinpath(bucket, *parts) if nameable and "\0" not in key else None

    def _prune(self, folder: Path) -> None:
        while folder.parent != self.root and self.is_plain(folder):
            try:
                folder.rmdir()
            except OSError:
                return  # not empty, or already gone
            folder = folder.parent
