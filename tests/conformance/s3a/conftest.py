"""The same history twice: with Spark on the files of the objects, and on Hadoop's S3A client over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.maven import S3A, fetch
from localcloud.daemon import PROJECT
from localcloud.execution.glue import executor
from localcloud.server import LocalCloud
from localcloud.synth import synthesise
from tests.conformance.s3a.history import Played, play

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
def ordinary(assembly: Path, tmp_path_factory: pytest.TempPathFactory) -> History:
    """The history on the files of the objects, as in the local cloud by default."""
    return _played(assembly, tmp_path_factory, jars=[])


@pytest.fixture(scope="package")
def s3a(assembly: Path, tmp_path_factory: pytest.TempPathFactory) -> History:
    """The history on S3A, in the roles of the jobs."""
    return _played(assembly, tmp_path_factory, jars=fetch(S3A))


def _played(assembly: Path, factory: pytest.TempPathFactory, jars: list[Path]) -> History:
    with LocalCloud(factory.mktemp("home"), s3a_jars=jars) as cloud:
        executor().warm_up()
        cloud.deploy(assembly)
        return {domain: play(cloud, domain, factory.mktemp(domain)) for domain in DOMAINS}
