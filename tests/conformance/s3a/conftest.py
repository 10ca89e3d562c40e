"""The same history twice: with Spark on the files of the objects, and on Hadoop's S3A client over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance.maven import S3A, fetch
from conformance.permissions.calls import Call
from conformance.permissions.corpus import S3A as CALLS
from conformance.permissions.corpus import Record, compare, reduced_calls
from conformance.permissions.grants import Privileges
from localcloud.daemon import PROJECT
from localcloud.execution.glue import executor
from localcloud.server import LocalCloud
from localcloud.synth import synthesise
from tests.conformance.s3a.history import Played, play
from tests.e2e.deployed import deployed_kinds

DOMAINS = ("ecommerce", "cloud_provider")

History = dict[str, Played]
"""What the history of each domain left behind, by the domain's name."""


@pytest.fixture(scope="package")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthesised templates."""
    out = tmp_path_factory.mktemp("assembly") / "cdk.out"
    synthesise(PROJECT, out, "dev")
    return out


@pytest.fixture(scope="package")
def made(request: pytest.FixtureRequest) -> Iterator[set[Call]]:
    """The reduced calls of all roles on S3A. At the end, those denied must be in the corpus."""
    calls: set[Call] = set()
    yield calls
    record: Record = request.config.getoption("record_calls")
    compare(calls, deployed_kinds(), file=CALLS, record=record)


@contextmanager
def deployed(
    assembly: Path, home: Path, jars: Sequence[Path] = (), made: set[Call] | None = None
) -> Iterator[LocalCloud]:
    """Yield a cloud with the templates deployed; at its end `made` gets the calls of its roles."""
    with LocalCloud(home, s3a_jars=jars) as cloud:
        executor().warm_up()
        cloud.deploy(assembly)
        yield cloud
        if made is not None:
            made |= reduced_calls(cloud.context.state_dir / "iam-calls.jsonl", Privileges.of(cloud))


@pytest.fixture(scope="package")
def ordinary(assembly: Path, tmp_path_factory: pytest.TempPathFactory) -> History:
    """The history on the files of the objects, as in the local cloud by default."""
    with deployed(assembly, tmp_path_factory.mktemp("home")) as cloud:
        return {domain: play(cloud, domain, tmp_path_factory.mktemp(domain)) for domain in DOMAINS}


@pytest.fixture(scope="package")
def s3a(assembly: Path, tmp_path_factory: pytest.TempPathFactory, made: set[Call]) -> History:
    """The history on S3A, in the roles of the jobs."""
    with deployed(assembly, tmp_path_factory.mktemp("home"), fetch(S3A), made) as cloud:
        return {domain: play(cloud, domain, tmp_path_factory.mktemp(domain)) for domain in DOMAINS}
