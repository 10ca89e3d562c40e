"""What can go wrong while gold is published."""

from __future__ import annotations

from lake.errors import CaudalError


class PublishingError(CaudalError):
    """Base of the publisher's errors."""


class SecretError(PublishingError):
    """The serving store's secret is missing or malformed. The message never holds a value of it."""


class InvalidKeyError(PublishingError):
    """A key of the mart is null, or two rows share one; nothing has been written."""


class ChangedError(PublishingError):
    """Gold was replaced while it was read; nothing has been written."""


class TooLargeError(PublishingError):
    """A partition cannot be read within one invocation; nothing has been written."""


class RefusedError(PublishingError):
    """The serving store understood the request and will not do it; trying again is no use."""

    def __init__(self, code: str, message: str, *, where: str, hint: str | None = None) -> None:
        self.code = code
        super().__init__(f"{code}: {message}", where=where, hint=hint)


class UnreachableError(PublishingError):
    """The serving store did not answer, however often it was asked."""
