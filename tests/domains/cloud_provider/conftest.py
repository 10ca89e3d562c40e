"""A serving store for the tests of the cloud provider's answers."""

from __future__ import annotations

from tests.domains.cloud_provider.marts_store import store

__all__ = ["store"]
