"""One object with all that the ledger's batches say, so that reading them is not a request per batch.

Batches never change: the listing tells which there are, the snapshot what most of them say, and a
reader asks for the rest. So a snapshot may lag behind, and may be deleted at any time.
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

BEHIND = 100
"""Batches that a snapshot may lack before it is worth writing anew."""

_Identity = tuple[str, str]


class LedgerSnapshot:
    """The bodies of objects that never change, by key; an object is known by its etag as well."""

    def __init__(self, store: ObjectStore, bucket: str, key: str) -> None:
        self._store = store
        self._bucket = bucket
        self._key = key

    def bodies(self, listed: Sequence[Listed]) -> dict[str, bytes]:
        """What the listed objects hold. Cost: one request, and one for each that the snapshot lacks."""
        return self._complete(listed, self._read())

    def update(self, listed: Sequence[Listed]) -> bool:
        """Write a snapshot of exactly the listed objects if the present one lacks BEHIND of them."""
        known = self._read()
        if sum(_identity(item) not in known for item in listed) < BEHIND:
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
                f"not a snapshot of the ledger ({error}).",
                where=f"s3://{self._bucket}/{self._key}",
                hint="Delete it: the batches beside it say the same, and the next run writes another.",
            ) from error


def _identity(item: Listed) -> _Identity:
    return (item.key, item.etag)
