"""Errors of the publisher. Each one is raised before anything is written to the serving store."""

from __future__ import annotations

from lake.errors import CaudalError


class PublishingError(CaudalError):
    """Base of the publisher's errors; raised itself for a partition, file or shape that does not fit."""


class InvalidKeyError(PublishingError):
    """A key of the mart is null, or two rows have the same key."""


class ChangedError(PublishingError):
    """The files of a gold partition were replaced while they were read."""


class TooLargeError(PublishingError):
    """A partition has more rows than one invocation can read."""
