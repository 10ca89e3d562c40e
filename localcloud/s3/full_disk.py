"""A full disk, as an answer of S3 that clients do not repeat."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moto.s3.exceptions import S3ClientError

_FULL = (errno.ENOSPC, errno.EDQUOT)


class FullDiskError(S3ClientError):
    """The disk of the local cloud has no space for an object. AWS has no such error."""

    def __init__(self, path: Path) -> None:
        super().__init__("NoSpaceLeft", f"The disk is full: {path.parent}")


@contextmanager
def written(path: Path) -> Iterator[None]:
    """Delete a file that the block writes only in part. Raises FullDiskError if the disk is full."""
    try:
        yield
    except OSError as error:
        path.unlink(missing_ok=True)
        if error.errno in _FULL:
            raise FullDiskError(path) from error
        raise


@contextmanager
def recorded(path: Path) -> Iterator[None]:
    """Raise FullDiskError if the block cannot write to the database at `path` because the disk is full."""
    try:
        yield
    except sqlite3.Error as error:
        if "disk is full" in str(error):
            raise FullDiskError(path) from error
        raise
