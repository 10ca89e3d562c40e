"""The ledger's snapshot: one object with the bodies of most batches, so that readers need few requests.

Batches never change. A reader lists them, takes their bodies from the snapshot, and reads those that the
snapshot lacks one by one. So a snapshot may be out of date, and may be deleted at any time.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from glue_jobs.runtime.store import Listed, ObjectStore
from lake.errors import CaudalError

READ_THREADS = 8

MAX_LAG = 100
"""A snapshot that lacks this many batches is written anew."""

_Identity = tuple[str, str]
"""(key, etag) of an object: a restored object has another etag."""


class LedgerSnapshot:
    """The bodies of immutable objects, stored together in one gzipped JSON object under `key`."""

    def __init__(self, store: ObjectStore, bucket: str, key: str) -> None:
        self._store = store
        self._bucket = bucket
        self._key = key

    def bodies(self, listed: Sequence[Listed]) -> dict[str, bytes]:
        """Return key → body of the listed objects.

        Cost: one request, and one for each object that the snapshot lacks. Raises CaudalError if the
        snapshot is damaged.
        """
        return self._complete(listed, self._read())

    def update(self, listed: Sequence[Listed]) -> bool:
        """Write a snapshot of exactly the listed objects if the present one lacks MAX_LAG of them.

        Return whether it was written.
        """
        known = self._read()
        if sum(_identity(item) not in known for item in listed) < MAX_LAG:
            return False
        bodies = self._complete(listed, known)
        entries = [[item.key, item.etag, bodies[item.key].decode()] for item in listed]
        body = gzip.compress(json.dumps(entries).encode(), mtime=0)
        self._store.write(self._bucket, self._key, body)
        return True

    def _complete(self, listed: Sequence[Listed], known: Mapping[_Identity, bytes]) -> dict[str, bytes]:
        lacking = [_identity(item) for item in listed if _identity(item) not in known]
        with ThreadPoolExecutor(READ_THREADS) as pool:
            read = pool.map(lambda identity: self._store.read(self._bucket, identity[0]), lacking)
            complete = {**known, **dict(zip(lacking, read, strict=True))}
        return {item.key: complete[_identity(item)] for item in listed}

    def _read(self) -> dict[_Identity, bytes]:
        try:
            packed = self._store.read(self._bucket, self._key)
        except FileNotFoundError:
            return {}
        try:
            return {(key, etag): body.encode() for key, etag, body in json.loads(gzip.decompress(packed))}
        except (OSError, EOFError, zlib.error, ValueError, TypeError, AttributeError) as error:
            raise CaudalError(
                f"the object is not a snapshot of the ledger ({error}).",
                where=f"s3://{self._bucket}/{self._key}",
                hint=f"It is a copy: delete it with `aws s3 rm s3://{self._bucket}/{self._key}`. Readers "
                "then read the batches one by one, and a later run writes a new one.",
            ) from error


def _identity(item: Listed) -> _Identity:
    return (item.key, item.etag)
