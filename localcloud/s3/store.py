"""The bytes and the metadata of objects on disk.

The current version of an object is the plain file `<home>/s3/<bucket>/<key>`. Everything else is in
`<home>/state`: the metadata in a SQLite file, and in `blobs/` the bytes of older versions, of the parts of
unfinished uploads, and of keys that are no valid file names.
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

from localcloud.s3.full_disk import recorded, written

MAX_NAME = 255
"""Longest file name of common file systems, in bytes."""

TEMPORARY = {"_temporary"}
"""Names of the folders into which Spark jobs write uncommitted files."""

Stamp = tuple[int, int]
"""Size in bytes and modification time in ns of a file. It differs after another process wrote the file."""

Record = dict[str, Any]
"""One version of an object, ready for JSON; see `FileKey.to_record`."""


def stamp_of(path: Path) -> Stamp:
    """Return the stamp of a file. Raises FileNotFoundError."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def is_object_name(name: str) -> bool:
    """Return whether a file is an object: Hadoop's checksum and temporary files are not."""
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
        self._delete_orphans()

    def _delete_orphans(self) -> None:
        """Delete the blobs of no known version: a killed process left parts of uploads behind."""
        rows = self._database.execute("SELECT versions FROM objects").fetchall()
        kept = {record.get("path") for (versions,) in rows for record in json.loads(versions)}
        for blob in self.blobs.iterdir():
            if str(blob.relative_to(self.home)) not in kept:
                blob.unlink()

    def close(self) -> None:
        """Close the metadata file."""
        with self.lock:
            self._database.close()

    # --- metadata

    def load(self, bucket: str) -> Iterator[tuple[str, list[Record]]]:
        """Yield key and versions, oldest first, of each saved object of a bucket."""
        with self.lock:
            rows = self._database.execute(
                "SELECT key, versions FROM objects WHERE bucket = ?", (bucket,)
            ).fetchall()
        for key, versions in rows:
            yield key, json.loads(versions)

    def save(self, bucket: str, key: str, versions: list[Record]) -> None:
        """Save the versions of an object. An empty list deletes its metadata."""
        with self.lock, recorded(self.root):
            if versions:
                self._database.execute(
                    "INSERT OR REPLACE INTO objects VALUES (?, ?, ?)", (bucket, key, json.dumps(versions))
                )
            else:
                self._database.execute("DELETE FROM objects WHERE bucket = ? AND key = ?", (bucket, key))

    # --- bytes

    def new_blob(self, value: bytes) -> Path:
        """Write the bytes to a new blob and return its path; `place` moves it later."""
        path = self.blobs / uuid.uuid4().hex
        with written(path):
            path.write_bytes(value)
        return path

    def place(self, bucket: str, key: str, source: Path) -> Path:
        """Move a file to the place of the current version of `key`, atomically. Returns the new path."""
        path = self._plain_path(bucket, key)
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                source.replace(path)
            except (FileExistsError, NotADirectoryError, IsADirectoryError):
                path = None  # The keys `a` and `a/b` can both exist, the files cannot.
            else:
                # The checksum file that Spark wrote for the previous content is wrong now.
                (path.parent / f".{path.name}.crc").unlink(missing_ok=True)
        if path is None:
            path = self.blobs / hashlib.sha256(f"{bucket}/{key}".encode()).hexdigest()
            source.replace(path)
        return path

    def set_aside(self, source: Path) -> Path:
        """Move an outdated version from the bucket's folder to the blobs. Returns the new path."""
        path = self.blobs / uuid.uuid4().hex
        source.replace(path)
        self._remove_empty_folders(source.parent)
        return path

    def remove(self, path: Path) -> None:
        """Delete a file, and the folders that this leaves empty: S3 has no empty folders."""
        path.unlink(missing_ok=True)
        (path.parent / f".{path.name}.crc").unlink(missing_ok=True)
        self._remove_empty_folders(path.parent)

    def is_plain(self, path: Path) -> bool:
        """Return whether a path is a plain file of a bucket's folder, not a blob."""
        return path.is_relative_to(self.root)

    def _plain_path(self, bucket: str, key: str) -> Path | None:
        """Return the path of the plain file of a key, or None if the key is no valid file name."""
        parts = key.split("/")
        is_valid = all(part not in ("", ".", "..") and len(part.encode()) <= MAX_NAME for part in parts)
        return self.root.joinpath(bucket, *parts) if is_valid and "\0" not in key else None

    def _remove_empty_folders(self, folder: Path) -> None:
        while folder.parent != self.root and self.is_plain(folder):
            try:
                folder.rmdir()
            except OSError:
                return  # Not empty, or removed already.
            folder = folder.parent
