"""Months, the unit in which silver and gold are recomputed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Month(NamedTuple):
    """A calendar month; `UNDATED` stands for rows whose parent, and so whose month, is unknown."""

    year: int
    month: int


UNDATED = Month(0, 0)


def years_of(months: Iterable[Month]) -> frozenset[int]:
    """Return the distinct years of months."""
    return frozenset(month.year for month in months)
