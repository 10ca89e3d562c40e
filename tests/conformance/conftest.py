"""What the checks on S3A and on Trino share: templates, a deployed cloud, and the place of the history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance.permissions.calls import Call
from conformance.permissions.corpus import reduced_calls
from conformance.permissions.grants import Privileges
from localcloud.daemon import PROJECT
from localcloud.execution.glue import executor
from localcloud.server import LocalCloud
from localcloud.synth import synthesise


@pytest.fixture(scope="package")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthesised templates."""
    out = tmp_path_factory.mktemp("assembly") / "cdk.out"
    synthesise(PROJECT, out, "dev")
    return out


@pytest.fixture(scope="package")
def shared(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The folder through which the parts of the checks share the ordinary history."""
    given: str = request.config.getoption("shared")
    return Path(given) if given else tmp_path_factory.mktemp("shared")


@contextmanager
def deployed(
    assembly: Path, home: Path, jars: Sequence[Path] = (), made: set[Call] | None = None
) -> Iterator[LocalCloud]:
    """Yield a cloud with the templates deployed; at its end `made` gets the calls of its roles."""
    # Java would compile again and again what runs a few times only.
    with LocalCloud(home, s3a_jars=jars, short_runs=True) as cloud:
        executor().warm_up()
        cloud.deploy(assembly)
        yield cloud
        if made is not None:
            made |= reduced_calls(cloud.context.state_dir / "iam-calls.jsonl", Privileges.of(cloud))
