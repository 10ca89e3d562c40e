"""A local cloud per test module, with nothing deployed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.server import LocalCloud
from tests.localcloud.assembly import Template, write_assembly

Deploy = Callable[[dict[str, Any]], Path]
"""(resources by stack name) → the folder of the assembly."""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A local cloud that runs while the tests of a module do: moto's state is global, so only one can run."""
    with LocalCloud(tmp_path_factory.mktemp("home"), short_runs=True) as running:
        yield running


@pytest.fixture(scope="module")
def deploy(cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Deploy:
    """Return a function that deploys stacks, given as resources by stack name."""

    def write_and_deploy(stacks: dict[str, Template]) -> Path:
        folder = write_assembly(tmp_path_factory.mktemp("cdk.out"), stacks)
        cloud.deploy(folder)
        return folder

    return write_and_deploy
