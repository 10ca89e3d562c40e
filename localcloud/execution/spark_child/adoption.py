"""Adoption on demand: a run's own S3 calls see the objects that its Spark session wrote."""

from __future__ import annotations

from typing import Any, Protocol

import botocore.client
from botocore.exceptions import ClientError

READS = ("Copy", "Delete", "Get", "Head", "List")
"""First words of the S3 operations that depend on existing objects."""


class Progress(Protocol):
    """Reports how far Spark is (`Engine`)."""

    def progress(self) -> tuple[int, int] | None:
        """Return a value that changes with every write, or None while writes may happen at any time."""


class Adopter(Protocol):
    """Makes the files in buckets known to S3 (`Channel`)."""

    def adopt(self, buckets: list[str]) -> str | None:
        """Adopt the files in `buckets`. Return the message of a denied write, or None."""


def adopt_before_reads(engine: Progress, channel: Adopter) -> None:
    """Patch botocore: before an S3 call that reads objects, the parent adopts the files that Spark wrote.

    The call raises ClientError (AccessDenied) when the run's role may not write these files.
    """
    client: Any = botocore.client.BaseClient
    call = client._make_api_call
    adopted: dict[str, tuple[int, int] | None] = {}

    def adopt_and_call(self: Any, operation: str, parameters: dict[str, Any]) -> Any:
        if self.meta.service_model.service_name == "s3" and operation.startswith(READS):
            progress = engine.progress()
            buckets = buckets_read(parameters)
            stale = [name for name in buckets if progress is None or adopted.get(name) != progress]
            if stale:
                denied = channel.adopt(stale)
                if denied:
                    raise ClientError({"Error": {"Code": "AccessDenied", "Message": denied}}, operation)
                adopted.update(dict.fromkeys(stale, progress))
        return call(self, operation, parameters)

    client._make_api_call = adopt_and_call


def buckets_read(parameters: dict[str, Any]) -> list[str]:
    """Return the buckets that an S3 call reads: its own, and the one of a copy's source."""
    source = parameters.get("CopySource") or ""
    copied = source["Bucket"] if isinstance(source, dict) else source.lstrip("/").split("/")[0]
    return sorted({name for name in (parameters.get("Bucket"), copied) if name})
