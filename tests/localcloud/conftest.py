"""A local cloud per test module, with nothing deployed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.server import LocalCloud
from tests.localcloud.assembly import Template, write_assembly

Deploy = Callable[[dict[str, Any]], LocalCloud]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Runs while the module's tests do. Moto's state is global, so there can be one only."""
    with LocalCloud(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture(scope="module")
def deploy(
    cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[dict[str, Template]], Path]:
    """Deploys stacks given as name → resources; returns the folder of the assembly."""

    def write_and_deploy(stacks: dict[str, Template]) -> Path:
        folder = write_assembly(tmp_path_factory.mktemp("cdk.out"), stacks)
        cloud.deploy(folder)
        return folder

    return write_and_deploy
