"""moto's objects and buckets, with the bytes in files.

`FileKey` replaces `moto.s3.models.FakeKey`, `StoredKeys` replaces a bucket's versioned dictionary. Every
change of a bucket passes through `StoredKeys`, which keeps an invariant for each key: the current version
is the plain file in the bucket's folder, older versions are blobs, and the metadata is saved.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, cast

from moto.s3.models import FakeDeleteMarker, FakeKey
from moto.s3.utils import _VersionedKeyStore

from localcloud.s3.full_disk import FullDiskError
from localcloud.s3.store import ObjectStore, Record, Stamp, stamp_of

BLOCK = 1 << 20
"""Bytes that are read at a time to compute an ETag."""


@dataclass(frozen=True)
class Existing:
    """The value of an object whose bytes are in a file already."""

    path: Path


class FileKey(FakeKey):
    """An object version, or a part of a multipart upload, with its bytes in a file."""

    store: ClassVar[ObjectStore]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.location = Path()
        self.stamp: Stamp = (0, 0)
        self.owner: StoredKeys | None = None
        super().__init__(*args, **kwargs)

    @property
    def value(self) -> bytes:
        """The content."""
        try:
            return self.location.read_bytes()
        except FileNotFoundError:
            # A concurrent overwrite may be moving this version to the blobs.
            with self.store.lock:
                return self.location.read_bytes()

    @value.setter
    def value(self, new: bytes | str | Existing) -> None:
        if isinstance(new, Existing):
            self.location = new.path
            self.stamp = stamp_of(new.path)
            self.contentsize = self.stamp[0]
            return
        data = new.encode() if isinstance(new, str) else new
        self.location = self.store.new_blob(data)
        self.contentsize = len(data)
        if self._etag is None:
            self._etag = hashlib.md5(data, usedforsecurity=False).hexdigest()

    @property
    def etag(self) -> str:
        """The quoted MD5 of the content, computed at first use for an adopted file."""
        if self._etag is None:
            digest = hashlib.md5(usedforsecurity=False)
            with self.location.open("rb") as stream:
                while block := stream.read(BLOCK):
                    digest.update(block)
            self._etag = digest.hexdigest()
        return f'"{self._etag}"'

    def set_metadata(self, metadata: Any, replace: bool = False) -> None:
        """Set the user metadata as moto does, and save it."""
        super().set_metadata(metadata, replace)
        if self.owner is not None:
            self.owner.save(self.name)

    def dispose(self, garbage: bool = False) -> None:
        """Delete the bytes of an upload part. The bytes of objects are deleted by their bucket."""
        self._value_buffer.close()
        self.disposed = True
        if self.owner is None and not garbage:
            self.location.unlink(missing_ok=True)

    def __del__(self) -> None:
        self._value_buffer.close()

    def __deepcopy__(self, memo: dict[int, Any]) -> FileKey:
        """Return a copy that reads the same file: moto copies versions to list them."""
        copied = object.__new__(FileKey)
        copied.__dict__.update(self.__dict__)
        return copied

    def to_record(self) -> Record:
        """Return the state that survives a restart; `from_record` is the inverse."""
        return {
            "version": self.version_id,
            "versioned": self._is_versioned,
            "path": str(self.location.relative_to(self.store.home)),
            "stamp": self.stamp,
            "etag": self._etag,
            "modified": self.last_modified.isoformat(),
            "metadata": dict(self._metadata),
            "storage": self._storage_class,
            "encryption": self.encryption,
            "kms": self.kms_key_id,
            "checksum": [
                self.checksum_algorithm,
                self.checksum_value,
                self.checksum_type,
                self.checksum_parts,
            ],
        }

    @classmethod
    def from_record(cls, record: Record, *, name: str, bucket: str, account: str, region: str) -> FileKey:
        """Return the version of a saved record. Raises FileNotFoundError if its file does not exist."""
        path = cls.store.home / record["path"]
        key = cls(
            name=name,
            value=Existing(path),
            account_id=account,
            region_name=region,
            storage=record["storage"],
            is_versioned=record["versioned"],
            version_id=record["version"],
            bucket_name=bucket,
            encryption=record["encryption"],
            kms_key_id=record["kms"],
        )
        if key.stamp == tuple(record["stamp"]):
            key._etag = record["etag"]
        key.last_modified = dt.datetime.fromisoformat(record["modified"])
        FakeKey.set_metadata(key, dict(record["metadata"]), replace=True)
        key.checksum_algorithm, key.checksum_value, key.checksum_type, key.checksum_parts = record["checksum"]
        return key


Version = FileKey | FakeDeleteMarker


class StoredKeys(_VersionedKeyStore):
    """The objects of one bucket: a dictionary of keys and their versions, oldest first."""

    def __init__(self, bucket: str, store: ObjectStore) -> None:
        super().__init__()
        self.bucket = bucket
        self.store = store

    def pop(self, key: str) -> None:  # type: ignore[override] # moto's signature
        """Delete a key with all its bytes. Raises KeyError for an unknown key, as moto's delete expects."""
        with self.store.lock:
            self._update_files(key, self._versions(key, required=True), [])
            dict.pop(self, key)

    def __setitem__(self, key: str, value: Version) -> None:
        self.setlist(key, [*self._versions(key), value])

    def setlist(self, key: str, list_: Any) -> None:
        """Replace the versions of a key."""
        versions, before = list(list_), self._versions(key)
        with self.store.lock:
            self._update_files(key, before, versions)
            dict.__setitem__(self, key, versions)
            try:
                self.save(key)
            except FullDiskError:
                if not before:
                    self._take_back(key, versions)
                raise

    def _take_back(self, key: str, versions: list[Version]) -> None:
        """Remove a new object whose metadata could not be saved."""
        dict.pop(self, key)
        for version in versions:
            if isinstance(version, FileKey):
                self.store.remove(version.location)

    def save(self, key: str) -> None:
        """Write the metadata of a key's versions."""
        with self.store.lock:
            self.store.save(self.bucket, key, [_to_record(version) for version in self._versions(key)])

    def restore(self, account: str, region: str) -> None:
        """Load the saved objects of the bucket that still have a file, without firing events."""
        where = {"bucket": self.bucket, "account": account, "region": region}
        for key, records in self.store.load(self.bucket):
            versions = [v for record in records if (v := _from_record(record, name=key, **where))]
            if any(isinstance(version, FileKey) for version in versions):
                for version in versions:
                    if isinstance(version, FileKey):
                        version.owner = self
                dict.__setitem__(self, key, versions)
            else:
                self.store.save(self.bucket, key, [])

    def forget(self, key: str) -> None:
        """Delete a key with its older versions, after another process removed its plain file."""
        with self.store.lock:
            if key in self:
                self.pop(key)

    def forget_current(self, key: str) -> None:
        """Drop the current version of a key, after another process overwrote its plain file."""
        with self.store.lock:
            dict.__setitem__(self, key, self._versions(key)[:-1])

    def _versions(self, key: str, *, required: bool = False) -> list[Version]:
        versions: list[Version] | None = dict.get(self, key)
        if versions is None and required:
            raise KeyError(key)
        return versions or []

    def _update_files(self, key: str, before: list[Version], after: list[Version]) -> None:
        """Make the files match the new versions. An overwritten key has a plain file at every moment."""
        for version in after[:-1]:
            if isinstance(version, FileKey) and self.store.is_plain(version.location):
                version.location = self.store.set_aside(version.location)
        current = after[-1] if after else None
        if isinstance(current, FileKey):
            if not self.store.is_plain(current.location):
                current.location = self.store.place(self.bucket, key, current.location)
                current.stamp = stamp_of(current.location)
            current.owner = self
        kept = {version.location for version in after if isinstance(version, FileKey)}
        for version in before:
            if isinstance(version, FileKey) and version not in after and version.location not in kept:
                self.store.remove(version.location)
        if not after:
            self.store.save(self.bucket, key, [])


def _to_record(version: Version) -> Record:
    if isinstance(version, FileKey):
        return version.to_record()
    return {"marker": version.version_id, "modified": version.last_modified.isoformat()}


def _from_record(record: Record, *, name: str, bucket: str, account: str, region: str) -> Version | None:
    if "marker" in record:
        marker: Any = FakeDeleteMarker.__new__(FakeDeleteMarker)
        marker.name, marker._version_id = name, record["marker"]
        marker.last_modified = dt.datetime.fromisoformat(record["modified"])
        marker.key = None  # only read for a marker that shadows another marker
        return cast(FakeDeleteMarker, marker)
    try:
        return FileKey.from_record(record, name=name, bucket=bucket, account=account, region=region)
    except FileNotFoundError:
        return None
