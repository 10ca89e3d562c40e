"""The mocked account for the tests of the catalog."""

from __future__ import annotations

from tests.aws import account

__all__ = ["account"]
