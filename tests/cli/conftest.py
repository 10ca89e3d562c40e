"""A serving store to ask."""

from __future__ import annotations

from tests.serving.read.conftest import store

__all__ = ["store"]
