"""The toy domain on the path, pipelines of it in fresh folders, and a database server."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from localcloud.database.mariadb import PACKAGES, MariaDB
from tests.meters.arrivals import Meters
from tests.mysql import database
from tests.pipeline import Pipeline
from tests.toy.drops import JANUARY
from tests.toy.model import expected

TOY = Path(__file__).parent.parent / "toy"
METERS = Path(__file__).parent.parent / "meters"


@pytest.fixture(scope="package")
def toy() -> Iterator[str]:
    """Put the toy domain on the path and return its name; other tests must not discover it."""
    sys.path.append(str(TOY))
    yield "toy"
    sys.path.remove(str(TOY))


@pytest.fixture(scope="package")
def meters_on_path() -> Iterator[None]:
    """Put the domain `meters`, a small one with streams, on the path."""
    sys.path.append(str(METERS))
    yield
    sys.path.remove(str(METERS))


@pytest.fixture
def meters(spark: SparkSession, meters_on_path: None, tmp_path: Path) -> Meters:
    """Return a pipeline of the meters without files."""
    return Meters(spark, tmp_path / "buckets")


@pytest.fixture
def empty_pipeline(spark: SparkSession, tmp_path: Path, toy: str) -> Pipeline:
    """Return a pipeline of the toy domain without files."""
    return Pipeline(spark, tmp_path / "buckets", toy)


@pytest.fixture(scope="package")
def published_january(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, toy: str) -> Pipeline:
    """Return a pipeline with the first month of every table published. Tests must not change it."""
    pipeline = Pipeline(spark, tmp_path_factory.mktemp("january") / "buckets", toy)
    pipeline.drop(JANUARY)
    pipeline.run()
    assert pipeline.published() == expected(pipeline.uploads).published
    return pipeline


@pytest.fixture
def january(published_january: Pipeline, tmp_path: Path) -> Pipeline:
    """Return a copy of the published first month that a test may change."""
    return published_january.copy(tmp_path / "buckets")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDB]:
    """A running server. Without the packages the tests are skipped, in CI they fail."""
    running = database(tmp_path_factory.mktemp("database"), "se'cret")
    if running is None:
        if os.environ.get("CI"):
            pytest.fail(f"no MariaDB server: install {PACKAGES}")
        pytest.skip(f"no MariaDB server: install {PACKAGES}")
    running.start()
    yield running
    running.stop()
