"""Adoption: register the files that Spark wrote or removed in bucket folders as changes of objects."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moto.s3.models import FakeBucket, S3Backend

from localcloud.errors import LocalCloudError
from localcloud.s3.keys import Existing, FileKey, StoredKeys
from localcloud.s3.store import TEMPORARY, ObjectStore, Stamp, is_object_name

Authorise = Callable[[Sequence[str], str, str], bool]
"""Returns whether one of some roles may perform an action: (role ARNs, action, resource ARN)."""


class WriteDeniedError(LocalCloudError):
    """A job's Spark session wrote or removed objects without its role's permission."""

    def __init__(self, role_arn: str, denied: list[tuple[str, str]]) -> None:
        self.denied = denied
        action, resource = denied[0]
        more = f" and {len(denied) - 1} more" if len(denied) > 1 else ""
        super().__init__(
            f"AccessDenied: not authorized to perform {action} on {resource}{more}.",
            where=f"role {role_arn}",
            hint="Grant it in the template, or write to another prefix.",
        )


@dataclass(frozen=True)
class Changes:
    """Keys whose plain files are new or changed, with their paths, and keys whose files were removed."""

    written: dict[str, Path]
    removed: list[str]

    def __bool__(self) -> bool:
        return bool(self.written or self.removed)


def scan(bucket: FakeBucket, store: ObjectStore) -> Changes:
    """Compare a bucket's folder with the objects that moto knows, and return the differences."""
    known: dict[str, Stamp] = {}
    for key, versions in dict.items(bucket.keys):
        current = versions[-1] if versions else None
        if isinstance(current, FileKey) and store.is_plain(current.location):
            known[key] = current.stamp
    written: dict[str, Path] = {}
    _walk(str(store.root / bucket.name), "", known, written)
    return Changes(written=written, removed=list(known))


def _walk(folder: str, prefix: str, known: dict[str, Stamp], written: dict[str, Path]) -> None:
    """Remove every file found from `known`, and add new and changed files to `written`."""
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in TEMPORARY:
                _walk(entry.path, f"{prefix}{entry.name}/", known, written)
        elif is_object_name(entry.name):
            key = prefix + entry.name
            try:
                status = entry.stat()
            except FileNotFoundError:
                continue  # Removed during the scan; the next scan reports it.
            if known.pop(key, None) != (status.st_size, status.st_mtime_ns):
                written[key] = Path(entry.path)


def adopt(
    backend: S3Backend,
    store: ObjectStore,
    buckets: Iterable[str],
    roles: Sequence[str],
    authorise: Authorise,
) -> int:
    """Put new and changed files and delete removed ones through moto. Return the number of changes.

    Events fire as for any other put or delete. Before the first change, all changes are authorised: each
    must be allowed to one of `roles`, the roles of the running jobs (empty: the administrator, who may do
    everything). If one is denied, nothing is adopted, new files are deleted, and WriteDeniedError is raised.
    """
    with store.lock:
        found = [(b, scan(b, store)) for b in (backend.buckets[n] for n in buckets if n in backend.buckets)]
        found = [(bucket, changes) for bucket, changes in found if changes]
        denied = [
            item for bucket, changes in found for item in _denied_requests(bucket, changes, roles, authorise)
        ]
        if denied:
            for bucket, changes in found:
                _delete_new_files(bucket, changes, store)
            raise WriteDeniedError(roles[0], denied)
        for bucket, changes in found:
            _apply(backend, bucket, changes)
        return sum(len(changes.written) + len(changes.removed) for _, changes in found)


def _denied_requests(
    bucket: FakeBucket, changes: Changes, roles: Sequence[str], authorise: Authorise
) -> list[tuple[str, str]]:
    wanted = [("s3:PutObject", key) for key in changes.written]
    wanted += [("s3:DeleteObject", key) for key in changes.removed]
    requests = [(action, f"arn:aws:s3:::{bucket.name}/{key}") for action, key in wanted]
    return [request for request in requests if roles and not authorise(roles, *request)]


def _delete_new_files(bucket: FakeBucket, changes: Changes, store: ObjectStore) -> None:
    for key, path in changes.written.items():
        if key not in bucket.keys:
            store.remove(path)


def _apply(backend: Any, bucket: Any, changes: Changes) -> None:
    keys: StoredKeys = bucket.keys
    for key, path in changes.written.items():
        if key in keys:
            keys.forget_current(key)
        try:
            backend.put_object(bucket.name, key, Existing(path))
        except FileNotFoundError:
            keys.forget(key)  # Removed since the scan.
    for key in changes.removed:
        if bucket.is_versioned:
            keys.forget(key)
        else:
            backend.delete_object(bucket.name, key)
