"""A serving store with marts of a real domain, for the tests of the reader."""

from __future__ import annotations

from tests.domains.cloud_provider.marts_store import store

__all__ = ["store"]
