"""Whichever job runs first finds no folder above its own, and asks S3A for all of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.maven import S3A, fetch
from conformance.permissions.calls import Call
from lake.naming import PROCESSED_TO_CURATED, stream_job
from localcloud.server import LocalCloud
from tests.conformance.conftest import deployed
from tests.conformance.history import SAMPLE
from tests.e2e.lakehouse import Lakehouse

pytestmark = pytest.mark.conformance

DOMAIN = "cloud_provider"


@pytest.fixture(scope="module")
def lake(assembly: Path, tmp_path_factory: pytest.TempPathFactory, made: set[Call]) -> Iterator[Lakehouse]:
    """A domain without files."""
    with deployed(assembly, tmp_path_factory.mktemp("home"), fetch(S3A), made) as cloud:
        yield Lakehouse(cloud, DOMAIN)


def run_alone(cloud: LocalCloud, lake: Lakehouse, kind: str, **arguments: str) -> dict[str, Any]:
    """Run a job without event logs of earlier runs: a lifecycle rule removes them."""
    s3, bucket = cloud.client("s3"), lake.names.artifacts_bucket
    for item in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
        s3.delete_object(Bucket=bucket, Key=item["Key"])
    job = lake.names.job(DOMAIN, kind)
    given = {f"--{name}": value for name, value in arguments.items()}
    run = cloud.client("glue").start_job_run(JobName=job, Arguments=given)["JobRunId"]
    cloud.wait_idle()
    found: dict[str, Any] = cloud.client("glue").get_job_run(JobName=job, RunId=run)["JobRun"]
    return found


def test_stream_writes_to_an_empty_lake(lake: Lakehouse, tmp_path: Path) -> None:
    [table] = lake.domain.stream_tables
    source = next(iter(sorted((SAMPLE / DOMAIN / table.name).iterdir())))
    (tmp_path / table.name).mkdir()
    shutil.copyfile(source, tmp_path / table.name / source.name)
    lake.send(tmp_path)
    run = run_alone(lake.cloud, lake, stream_job(table.name))
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    assert lake.batches()


def test_curation_starts_without_earlier_event_logs(lake: Lakehouse) -> None:
    run = run_alone(lake.cloud, lake, PROCESSED_TO_CURATED, execution="by-hand", full_refresh="false")
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
