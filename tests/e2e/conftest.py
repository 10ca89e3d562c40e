"""One local cloud for all end-to-end tests, deployed from templates that include two test domains."""

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
METERS = PROJECT / "tests" / "meters"
"""Folders with portions of the namespace package `domains`: one more domain is one more folder."""


@pytest.fixture(scope="package")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The templates of all domains."""
    out = tmp_path_factory.mktemp("assembly") / "cdk.out"
    with pytest.MonkeyPatch.context() as patch:
        paths = [str(TOY), str(METERS), os.environ.get("PYTHONPATH", "")]
        patch.setenv("PYTHONPATH", os.pathsep.join(paths))
        synthesise(PROJECT, out, "dev")
    return out


@pytest.fixture(scope="package")
def cloud(assembly: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A running cloud with the templates of all domains deployed and IAM policies enforced."""
    with LocalCloud(tmp_path_factory.mktemp("home")) as running:
        running.deploy(assembly)
        yield running


@pytest.fixture(scope="package")
def toy_on_path() -> Iterator[None]:
    """Put the toy domain on this process's path."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(TOY))
        yield


@pytest.fixture(scope="package")
def meters(cloud: LocalCloud) -> Iterator[Lakehouse]:
    """The meters in the cloud, without files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(METERS))
        yield Lakehouse(cloud, "meters")


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
