"""The toy domain on the path, and pipelines in fresh folders."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.pipeline import Pipeline
from tests.toy.drops import JANUARY
from tests.toy.model import expected

TOY = Path(__file__).parent.parent / "toy"
METERS = Path(__file__).parent.parent / "meters"


@pytest.fixture(scope="package")
def toy() -> Iterator[str]:
    """The name of the toy domain, which other tests must not discover."""
    sys.path.append(str(TOY))
    yield "toy"
    sys.path.remove(str(TOY))


@pytest.fixture(scope="package")
def meters_on_path() -> Iterator[None]:
    """Lets the meters' domain be found, a small one with streams."""
    sys.path.append(str(METERS))
    yield
    sys.path.remove(str(METERS))


@pytest.fixture
def workshop(spark: SparkSession, tmp_path: Path, toy: str) -> Pipeline:
    """An empty pipeline of the toy domain."""
    return Pipeline(spark, tmp_path / "buckets", toy)


@pytest.fixture(scope="package")
def published_once(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, toy: str) -> Pipeline:
    """A first month of every table, published. Not to be changed."""
    pipeline = Pipeline(spark, tmp_path_factory.mktemp("january") / "buckets", toy)
    pipeline.drop(JANUARY)
    pipeline.run()
    assert pipeline.published() == expected(pipeline.uploads).published
    return pipeline


@pytest.fixture
def january(published_once: Pipeline, tmp_path: Path) -> Pipeline:
    """A copy of the first month to go on from."""
    return published_once.copy(tmp_path / "buckets")
