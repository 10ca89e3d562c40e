"""What can be wrong with a question."""

from __future__ import annotations

from lake.errors import CaudalError


class ServingError(CaudalError):
    """Base of the read library's errors."""


class UnservedError(ServingError):
    """The serving store has nothing of a mart: it has never been published there."""


class RangeError(ServingError):
    """A range of days is empty, or longer than the serving documents were designed for."""
