"""Fixtures: a pipeline with quarantined records, and the command line for its domain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyspark.sql import SparkSession

from tests.aws import account
from tests.cli.quarantine.command_line import CommandLine
from tests.glue_jobs.conftest import toy
from tests.pipeline import Pipeline
from tests.toy.drops import HEAD

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["account", "toy"]

SALES, PARTS = "drop/sales_january.csv", "parts.csv"
FILES = {
    SALES: HEAD["sales"]
    + "1,1,2024-01-05,10.00,shop\n2,1,2024-01-06,-1,shop\n3,1\n4,1,soon,4.00,shop\n5,1,2024-01-05,5.00,fax\n",
    PARTS: HEAD["parts"] + '1,leg,4\n1,"a ""flat"" top, oiled",none\n',
    "hello.csv": "a,b\n1,2\n",
}
LATER = {"sales_february.csv": HEAD["sales"] + "2,1,2024-01-07,77.00,web\n5,1,2024-01-05,-9,web\n"}


@pytest.fixture(scope="package")
def quarantined_once(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, toy: str) -> Pipeline:
    """Two published uploads: the first has bad rows, the second a newer version of one of them."""
    pipeline = Pipeline(spark, tmp_path_factory.mktemp("quarantined") / "buckets", toy)
    pipeline.drop(FILES)
    pipeline.drop(LATER)
    pipeline.run()
    return pipeline


@pytest.fixture
def cli(quarantined_once: Pipeline, account: S3Client, tmp_path: Path) -> CommandLine:
    """The command line for a copy of the pipeline with quarantined records."""
    return CommandLine(quarantined_once.copy(tmp_path / "buckets"), account)
