"""Parquet files in S3: a small one is read at once, of a large one the ranges that its reader asks for."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from botocore.exceptions import ClientError

from serving.publish.errors import ChangedError

WHOLE_BYTES = 8_000_000
"""Largest file that is held in memory: one request takes less time than the several for its ranges."""

_REPLACED = ("PreconditionFailed", "NoSuchKey")


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """One version of an object; `size` is in bytes."""

    bucket: str
    key: str
    etag: str
    size: int

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    def open(self, client: Any) -> pa.NativeFile:
        """Return the file for reading. Reading raises ChangedError if the object has another version now."""
        if self.size <= WHOLE_BYTES:
            return pa.BufferReader(self.read(client))
        return pa.PythonFile(_Ranges(client, self), mode="r")

    def read(self, client: Any, span: str | None = None) -> bytes:
        """Return the bytes of a range, e.g. `bytes=0-9`, or all. Raises ChangedError."""
        ranged = {"Range": span} if span else {}
        try:
            body: bytes = client.get_object(Bucket=self.bucket, Key=self.key, IfMatch=self.etag, **ranged)[
                "Body"
            ].read()
        except ClientError as error:
            if not self._is_replaced(client, error.response["Error"]["Code"]):
                raise
            raise ChangedError(
                "the file was replaced while it was read.",
                where=self.url,
                hint="Nothing was published. Publish the partition again.",
            ) from error
        return body

    def _is_replaced(self, client: Any, code: str) -> bool:
        """Return whether the object has another version or is gone, after a GET that failed with a code.

        S3 says that a key is missing only to a role that may list the whole bucket. The publisher's role may
        list its domain's prefix alone, and gets AccessDenied.
        """
        return code in _REPLACED or (code == "AccessDenied" and not self._exists(client))

    def _exists(self, client: Any) -> bool:
        # The key itself comes before all longer ones.
        found = client.list_objects_v2(Bucket=self.bucket, Prefix=self.key, MaxKeys=1).get("Contents", ())
        return [item["Key"] for item in found] == [self.key]


class _Ranges(io.RawIOBase):
    """A file whose reads are requests for ranges."""

    def __init__(self, client: Any, file: StoredFile) -> None:
        super().__init__()
        self._client = client
        self._file = file
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._file.size}[whence]
        self._position = base + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        left = max(0, self._file.size - self._position)
        wanted = left if size < 0 else min(size, left)
        if not wanted:
            return b""
        span = f"bytes={self._position}-{self._position + wanted - 1}"
        body = self._file.read(self._client, span)
        self._position += len(body)
        return body
