"""Errors of every client of the serving store: its secret, and requests that fail for good."""

from __future__ import annotations

from lake.errors import CaudalError


class StoreError(CaudalError):
    """Base of the errors of the serving store's client."""


class SecretError(StoreError):
    """The serving store's secret is missing or malformed. The message never holds a value of the secret."""


class RefusedError(StoreError):
    """The serving store refused a request; the same request would be refused again.

    `code` is the Data API's error code, `UNAUTHENTICATED`, or `HTTP <status>`.
    """

    def __init__(self, code: str, message: str, *, where: str, hint: str | None = None) -> None:
        self.code = code
        super().__init__(f"{code}: {message}", where=where, hint=hint)


class UnreachableError(StoreError):
    """The serving store did not answer any attempt of a request."""
