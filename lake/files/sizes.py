"""How much Spark reads of a file, by its stored size."""

from __future__ import annotations

from lake.files.names import GZIP_SUFFIX

EXPANSION = 10
"""Bytes of values for each stored byte of gzip or Parquet, a cautious round number: text and the columns of
tables shrink less than that as a rule."""

COMPRESSED = (GZIP_SUFFIX, ".parquet")


def unpacked_bytes(key: str, size: int) -> int:
    """Return about how many bytes a file of `size` stored bytes has when it is read."""
    return size * EXPANSION if key.endswith(COMPRESSED) else size
