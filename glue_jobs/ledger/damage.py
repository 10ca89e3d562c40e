"""Damaged objects of the ledger: the error that names one, with the commands that restore it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from lake.errors import CaudalError


class DamagedEntryError(CaudalError):
    """An object of the ledger cannot be read. The hint has the commands that restore its earlier version."""

    def __init__(self, kind: str, bucket: str, key: str, reason: object) -> None:
        super().__init__(
            f"the object is not {kind} ({reason}).",
            where=f"s3://{bucket}/{key}",
            hint=f"Only the jobs and the command line write the ledger: {restoration(bucket, key)}",
        )


@contextmanager
def parsing(kind: str, bucket: str, key: str) -> Iterator[None]:
    """Raise DamagedEntryError if the block cannot parse an object that should be `kind` (a hold, …)."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedEntryError(kind, bucket, key, error) from error


def texts(value: Any) -> list[str]:
    """Return a parsed JSON value that has to be a list of texts. Raises TypeError if it is anything else."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    raise TypeError(f"not a list of texts: {value!r:.100}")


def restoration(bucket: str, key: str) -> str:
    """Return the sentence that says how an earlier version of an object becomes the present one."""
    source = shlex.quote(f"{bucket}/{quote(key)}?versionId=VERSION_ID")
    listing = f"aws s3api list-object-versions --bucket {bucket} --prefix {shlex.quote(key)}"
    copying = f"aws s3api copy-object --bucket {bucket} --key {shlex.quote(key)} --copy-source {source}"
    return (
        f"list the object's versions, the newest first, with `{listing}`, then copy the newest version from "
        f"before the damage onto the key with `{copying}`. Do not edit it."
    )
