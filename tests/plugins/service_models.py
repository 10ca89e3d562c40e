"""All sessions of a test run read botocore's models of services once: most tests make their clients anew."""

from __future__ import annotations

import botocore.session
import pytest

from localcloud.execution.spark_child.service_models import read_once


def pytest_configure(config: pytest.Config) -> None:
    """Give each session the same loader, except those with folders of their own in the configuration."""
    found = botocore.session.create_loader
    config.add_cleanup(lambda: setattr(botocore.session, "create_loader", found))
    read_once()
