"""One local cloud for all end-to-end tests, deployed from templates that include a third domain."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.daemon import PROJECT
from localcloud.server import LocalCloud
from localcloud.synth import synthesise
from tests.e2e.lakehouse import Lakehouse

TOY = PROJECT / "tests" / "toy"
"""A folder with a portion of the namespace package `domains`: a third domain is one more folder."""


@pytest.fixture(scope="package")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A running cloud with the templates of all domains deployed and IAM policies enforced."""
    out = tmp_path_factory.mktemp("assembly")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(TOY), os.environ.get("PYTHONPATH", "")]))
        synthesise(PROJECT, out / "cdk.out", "dev")
    with LocalCloud(tmp_path_factory.mktemp("home")) as running:
        running.deploy(out / "cdk.out")
        yield running


@pytest.fixture(scope="package")
def toy_on_path() -> Iterator[None]:
    """Put the toy domain on this process's path."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(TOY))
        yield


@pytest.fixture(scope="package")
def toy(cloud: LocalCloud, toy_on_path: None) -> Lakehouse:
    """The toy domain in the cloud."""
    return Lakehouse(cloud, "toy")


@pytest.fixture(scope="package")
def shop(cloud: LocalCloud) -> Lakehouse:
    """The shop in the cloud, with the committed sample data uploaded and published."""
    lakehouse = Lakehouse(cloud, "ecommerce")
    lakehouse.upload(Path(PROJECT / "sample_data" / "ecommerce"))
    return lakehouse
