"""Exact counts of rows by a number, observed while the rows are written: no query has to read them again.

Spark observes aggregates only, no groups. A histogram counts equal numbers in one bin. Only if it has more
bins than it may have, it merges two to a number between them; so it may have more than there can be. The bins
of several tasks stand side by side. Numbers and counts are whole, so a double holds them exactly.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

UNLIMITED = 2**31 - 1
"""Bins that a histogram may have; it makes room only for those that it has."""


def tally(number: Column) -> Column:
    """Return an aggregate for an Observation that counts the rows of each whole number up to 2^53.

    Rows without a number are not counted. The driver gets a bin for each number of each task, so there should
    be few. `tallied` returns the counts.
    """
    return F.histogram_numeric(number.cast("double"), F.lit(UNLIMITED))


def tallied(observed: Sequence[Mapping[str, Any]] | None) -> Counter[int]:
    """Return number → rows from the observed value of a `tally`; None is that of no rows."""
    counts: Counter[int] = Counter()
    for bar in observed or ():
        counts[round(bar["x"])] += round(bar["y"])
    return counts


def numbered(text: Column, texts: Sequence[str]) -> tuple[Column, dict[int, str]]:
    """Return a number below 2^32 for a text that is one of the distinct `texts`, and the text of each number.

    Other texts may have any number.
    """
    by_checksum = {zlib.crc32(each.encode()): each for each in texts}
    if len(by_checksum) == len(texts):
        return F.crc32(text.cast("binary")), by_checksum
    # Two texts have one checksum. Their place in the list is slower to find.
    return F.array_position(F.array(*map(F.lit, texts)), text), dict(enumerate(texts, start=1))
