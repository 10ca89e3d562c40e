"""A local cloud with a workgroup, a role and a data source for all tests of a module."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.server import LocalCloud
from tests.localcloud.conftest import Deploy
from tests.localcloud.quicksight.quicksight import infrastructure, source


@pytest.fixture(scope="module")
def client(cloud: LocalCloud, deploy: Deploy) -> Any:
    """An administrator's client; the data source `gold` exists."""
    deploy({"infrastructure": infrastructure()})
    found = cloud.client("quicksight")
    found.create_data_source(**source())
    return found
