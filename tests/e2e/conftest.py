"""One local cloud for all end-to-end tests, deployed from templates that include three test domains."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.permissions.corpus import E2E, compare, reduced_calls
from conformance.permissions.grants import Privileges
from conformance.permissions.kinds import Kinds
from localcloud.daemon import PROJECT
from localcloud.server import LocalCloud
from localcloud.synth import synthesise
from tests.deployed import METERS, STALL, TOY, deployed_kinds
from tests.e2e.lakehouse import Lakehouse


@pytest.fixture(scope="package")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The templates of all domains."""
    out = tmp_path_factory.mktemp("assembly") / "cdk.out"
    with pytest.MonkeyPatch.context() as patch:
        paths = [str(TOY), str(METERS), str(STALL), os.environ.get("PYTHONPATH", "")]
        patch.setenv("PYTHONPATH", os.pathsep.join(paths))
        synthesise(PROJECT, out, "dev")
    return out


@pytest.fixture(scope="package")
def kinds() -> Kinds:
    """The kinds of calls and grants of all deployed domains."""
    return deployed_kinds()


@pytest.fixture(scope="package")
def cloud(
    assembly: Path, kinds: Kinds, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[LocalCloud]:
    """A running cloud with the templates of all domains deployed and IAM policies enforced.

    At the end, all denied calls must be in the corpus.
    """
    with LocalCloud(tmp_path_factory.mktemp("home"), short_runs=True) as running:
        running.deploy(assembly)
        yield running
        recording = running.context.state_dir / "iam-calls.jsonl"
        if recording.exists():
            record = request.config.getoption("record_calls")
            calls = reduced_calls(recording, Privileges.of(running))
            compare(calls, kinds, file=E2E, record=record)


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
def stall(cloud: LocalCloud) -> Iterator[Lakehouse]:
    """The stall, which has a model, in the cloud, without files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(STALL))
        yield Lakehouse(cloud, "stall")


@pytest.fixture(scope="package")
def toy(cloud: LocalCloud, toy_on_path: None) -> Lakehouse:
    """The toy domain in the cloud."""
    return Lakehouse(cloud, "toy")


@pytest.fixture(scope="package")
def shop(cloud: LocalCloud) -> Lakehouse:
    """The shop in the cloud, with the committed sample data uploaded and published."""
    lakehouse = Lakehouse(cloud, "ecommerce")
    lakehouse.upload(Path(PROJECT / "sample_data" / "ecommerce"))
    assert lakehouse.executions() == ["SUCCEEDED"], lakehouse.notifications()
    return lakehouse
