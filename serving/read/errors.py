"""Errors of the read library."""

from __future__ import annotations

from lake.errors import CaudalError


class ReadError(CaudalError):
    """Base of the read library's errors."""


class UnservedError(ReadError):
    """A mart has no collection in the serving store: it has never been published there."""


class RangeError(ReadError):
    """A range of days is empty, or longer than the question's serving declaration allows."""
