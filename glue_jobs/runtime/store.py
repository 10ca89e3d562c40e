"""The object store of the jobs: the few S3 operations that ledger, landing and publication need.

Spark reads and writes data by URL. The jobs use an ObjectStore for every change that must be atomic or
exactly ordered. Production uses `S3Store`, tests use a folder with the same behaviour.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

Item = TypeVar("Item")
Result = TypeVar("Result")

DELETE_LIMIT = 1000
COPY_THREADS = 32
"""Copies at a time. A copy takes S3 some 50 ms in which the job only waits."""
THREADS = 16
"""Independent requests at a time."""
CREATE_ATTEMPTS = 6
CONFLICT_SECONDS = 0.1
"""Pause before the second attempt to create an object; each further pause is twice as long."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An object in a listing. `etag` and `modified` identify the version of the key; `size` is in bytes."""

    key: str
    size: int
    etag: str
    modified: datetime


@dataclass(frozen=True, kw_only=True)
class Head:
    """The first bytes of an object, its user metadata and the time when it was written."""

    body: bytes
    metadata: Mapping[str, str]
    modified: datetime


class ObjectChanges(Protocol):
    """The operations with which staged objects are put in place."""

    def copy(self, bucket: str, source: str, target: str) -> None:
        """Copy an object of at most 5 GB within a bucket, replacing the target atomically."""

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        """Delete objects, ignoring keys that do not exist. Raises OSError if an object cannot be deleted."""


class ObjectStore(ObjectChanges, Protocol):
    """The operations on objects that the jobs need."""

    def list(self, bucket: str, prefix: str) -> Iterator[Listed]:
        """Yield the objects whose keys begin with `prefix`, in key order."""

    def top(self, bucket: str) -> Iterator[str]:
        """Yield the folders at the top of a bucket, with their slash, and the keys of objects beside them."""

    def read(self, bucket: str, key: str) -> bytes:
        """Return the whole object. Raises FileNotFoundError."""

    def head(self, bucket: str, key: str, size: int) -> Head:
        """Return at most the first `size` bytes of a non-empty object, and its metadata.

        Raises FileNotFoundError.
        """

    def open(self, bucket: str, key: str) -> BinaryIO:
        """Open the object as a stream, for objects that may be large."""

    def write(self, bucket: str, key: str, body: bytes) -> None:
        """Put the object, whether or not it exists."""

    def create(self, bucket: str, key: str, body: bytes) -> bool:
        """Put the object if its key is free. Return whether the key now holds `body`.

        False: the key holds another object, and nothing was written. True also if it held the same body
        before, which may be that of a request whose answer was lost.
        """

    def etagged(self, bucket: str, key: str) -> tuple[bytes, str]:
        """Return the whole object and the ETag of its version. Raises FileNotFoundError."""

    def swap(self, bucket: str, key: str, body: bytes, etag: str | None) -> bool:
        """Replace the version of the object that has this ETag; None creates an object that does not exist.

        Return whether the key now holds `body`, as `create` does. False: the key holds another version, or
        the object is gone, and nothing was written.
        """

    def url(self, bucket: str, key: str) -> str:
        """Return the URL under which Spark finds the object or prefix."""


class S3Store:
    """An ObjectStore on S3."""

    def __init__(self, client: S3Client) -> None:
        self._s3 = client

    @classmethod
    def connect(cls) -> S3Store:
        """Return a store with a connection for each concurrent copy, in the process's role."""
        import boto3
        from botocore.config import Config

        return cls(boto3.client("s3", config=Config(max_pool_connections=COPY_THREADS)))

    def list(self, bucket: str, prefix: str) -> Iterator[Listed]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for page in pages:
            for item in page.get("Contents", []):
                yield Listed(
                    key=item["Key"], size=item["Size"], etag=item["ETag"], modified=item["LastModified"]
                )

    def top(self, bucket: str) -> Iterator[str]:
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Delimiter="/"):
            yield from (folder["Prefix"] for folder in page.get("CommonPrefixes", []))
            yield from (item["Key"] for item in page.get("Contents", []))

    def read(self, bucket: str, key: str) -> bytes:
        try:
            return self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except self._s3.exceptions.NoSuchKey as error:
            raise FileNotFoundError(f"s3://{bucket}/{key}") from error

    def head(self, bucket: str, key: str, size: int) -> Head:
        try:
            answer = self._s3.get_object(Bucket=bucket, Key=key, Range=f"bytes=0-{size - 1}")
        except self._s3.exceptions.NoSuchKey as error:
            raise FileNotFoundError(f"s3://{bucket}/{key}") from error
        with answer["Body"] as body:
            return Head(
                body=body.read(), metadata=answer.get("Metadata", {}), modified=answer["LastModified"]
            )

    def open(self, bucket: str, key: str) -> BinaryIO:
        return cast(BinaryIO, self._s3.get_object(Bucket=bucket, Key=key)["Body"])

    def write(self, bucket: str, key: str, body: bytes) -> None:
        self._s3.put_object(Bucket=bucket, Key=key, Body=body)

    def create(self, bucket: str, key: str, body: bytes) -> bool:
        return self._conditionally(
            bucket, key, body, lambda: self._s3.put_object(Bucket=bucket, Key=key, Body=body, IfNoneMatch="*")
        )

    def etagged(self, bucket: str, key: str) -> tuple[bytes, str]:
        try:
            answer = self._s3.get_object(Bucket=bucket, Key=key)
        except self._s3.exceptions.NoSuchKey as error:
            raise FileNotFoundError(f"s3://{bucket}/{key}") from error
        with answer["Body"] as body:
            return body.read(), answer["ETag"]

    def swap(self, bucket: str, key: str, body: bytes, etag: str | None) -> bool:
        if etag is None:
            return self.create(bucket, key, body)
        return self._conditionally(
            bucket, key, body, lambda: self._s3.put_object(Bucket=bucket, Key=key, Body=body, IfMatch=etag)
        )

    def _conditionally(self, bucket: str, key: str, body: bytes, put: Callable[[], object]) -> bool:
        """Call `put`, again after a conflict; return whether the key then holds `body`."""
        for attempt in range(CREATE_ATTEMPTS):
            try:
                put()
                return True
            except self._s3.exceptions.ClientError as error:
                code = error.response.get("Error", {}).get("Code")
                # S3 answers NoSuchKey to If-Match where there is no object.
                if code in ("PreconditionFailed", "NoSuchKey"):
                    return self._holds(bucket, key, body)
                # Another writer's request for the key had not ended.
                if code != "ConditionalRequestConflict" or attempt == CREATE_ATTEMPTS - 1:
                    raise
                time.sleep(CONFLICT_SECONDS * 2**attempt)
        raise AssertionError("the last attempt returns or raises")

    def _holds(self, bucket: str, key: str, body: bytes) -> bool:
        """Return whether an object that exists has the body. It may be deleted in the meantime."""
        try:
            return self.read(bucket, key) == body
        except FileNotFoundError:
            return False

    def copy(self, bucket: str, source: str, target: str) -> None:
        self._s3.copy_object(CopySource={"Bucket": bucket, "Key": source}, Bucket=bucket, Key=target)

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        pending = list(keys)
        for start in range(0, len(pending), DELETE_LIMIT):
            chunk = pending[start : start + DELETE_LIMIT]
            answer = self._s3.delete_objects(
                Bucket=bucket, Delete={"Objects": [{"Key": key} for key in chunk], "Quiet": True}
            )
            for failed in answer.get("Errors", []):
                raise OSError(
                    f"s3://{bucket}/{failed.get('Key')}: {failed.get('Code')} {failed.get('Message')}"
                )

    def url(self, bucket: str, key: str) -> str:
        return f"s3://{bucket}/{key}"


class Copy(NamedTuple):
    """A copy of an object within a bucket: the keys of the source and of the target."""

    bucket: str
    source: str
    target: str


def at_once(request: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Return the results of requests that do not depend on each other, in the order of `items`.

    They are made concurrently: a request takes S3 some 50 ms in which the job only waits.
    """
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(request, items))


def copy_all(store: ObjectChanges, copies: Iterable[Copy]) -> None:
    """Make copies concurrently. Raises the first failure after all copies have ended."""
    with ThreadPoolExecutor(COPY_THREADS) as pool:
        for done in [pool.submit(store.copy, *copy) for copy in copies]:
            done.result()
