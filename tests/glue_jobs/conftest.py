"""The toy domain on the path, and pipelines in fresh folders."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.pipeline import Pipeline

TOY = Path(__file__).parent.parent / "toy"

NewPipeline = Callable[[], Pipeline]


@pytest.fixture(scope="package")
def toy() -> Iterator[str]:
    """The name of the toy domain, which other tests must not discover."""
    sys.path.append(str(TOY))
    yield "toy"
    sys.path.remove(str(TOY))


@pytest.fixture
def workshop(spark: SparkSession, tmp_path: Path, toy: str) -> Pipeline:
    """An empty pipeline of the toy domain."""
    return Pipeline(spark, tmp_path / "buckets", toy)
