"""What a load knows of a month's rows without reading them: their number and two sums of hashes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Months = Mapping[int, "Content"]
"""Partition (year × 100 + month) → its content."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """Number of rows, the sum of CRC32 over their text, and the sum of xxHash64 over their escaped text.

    MySQL computes the first two itself. The third tells rows apart whose texts have equal CRC32.
    """

    rows: int
    crc32: int
    xxhash64: int


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """An entry of the bookkeeping: the content of a month in MySQL, and the declaration it was loaded by."""

    content: Content
    declaration: str
