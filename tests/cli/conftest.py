"""A serving store, a mocked bucket and landing folders for the commands."""

from __future__ import annotations

from tests.aws import account
from tests.domains.cloud_provider.marts_store import store
from tests.uploader.conftest import landing, s3

__all__ = ["account", "landing", "s3", "store"]
