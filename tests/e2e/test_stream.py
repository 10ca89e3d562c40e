"""The deployed streaming job runs continuously until it is stopped, and a scheduled run resumes after it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lake import naming
from localcloud.server import LocalCloud
from tests.e2e.lakehouse import WAIT_SECONDS, Lakehouse

TABLE = "usage_events"
EVENT = {
    "event_id": "e1", "timestamp": "2025-07-01T00:00:00Z", "org_id": "o1", "resource_id": "r1",
    "service": "compute", "region": "us-east", "metric": "requests", "value": 1, "unit": "count",
    "cost_usd_increment": 2.25, "schema_version": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def provider(cloud: LocalCloud) -> Lakehouse:
    """The cloud provider in the cloud."""
    return Lakehouse(cloud, "cloud_provider")


class Stream:
    """The deployed job of a stream, and its results in S3."""

    def __init__(self, lakehouse: Lakehouse, folder: Path) -> None:
        self._lakehouse = lakehouse
        self._folder = folder
        self._glue = lakehouse.cloud.client("glue")
        self._s3 = lakehouse.cloud.client("s3")
        self._job = lakehouse.names.job(lakehouse.domain.name, naming.stream_job(TABLE))

    def arrive(self, *identifiers: str) -> None:
        """Upload a file with these events."""
        target = self._folder / identifiers[0] / TABLE / f"{identifiers[0]}.jsonl"
        target.parent.mkdir(parents=True)
        target.write_text("".join(json.dumps({**EVENT, "event_id": name}) + "\n" for name in identifiers))
        assert self._lakehouse.send(target.parents[1]).is_complete

    def start(self, **arguments: str) -> str:
        passed = {f"--{name}": value for name, value in arguments.items()}
        run: str = self._glue.start_job_run(JobName=self._job, Arguments=passed)["JobRunId"]
        return run

    def state(self, run: str) -> str:
        return str(self._glue.get_job_run(JobName=self._job, RunId=run)["JobRun"]["JobRunState"])

    def stop(self) -> None:
        """Set the stop signal."""
        key = naming.stop_key(self._lakehouse.domain.name, TABLE)
        self._s3.put_object(Bucket=self._lakehouse.names.processed_bucket, Key=key, Body=b"")

    def rows(self) -> int:
        """Return the number of bronze rows in the ledger."""
        bucket = self._lakehouse.names.ledger_bucket
        bodies = [self._s3.get_object(Bucket=bucket, Key=key)["Body"] for key in self._lakehouse.batches()]
        return sum(file["rows_bronze"] for body in bodies for file in json.load(body)["files"])

    def speed_objects(self) -> list[str]:
        prefix = naming.speed_prefix(self._lakehouse.domain.name, TABLE)
        listed = self._s3.list_objects_v2(Bucket=self._lakehouse.names.processed_bucket, Prefix=prefix)
        return [item["Key"] for item in listed.get("Contents", [])]


def wait_until(condition: Callable[[], bool], describe: Callable[[], str]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, describe()
        time.sleep(0.2)


def test_continuous_run_processes_arriving_files_and_a_scheduled_run_resumes(
    provider: Lakehouse, tmp_path: Path
) -> None:
    stream = Stream(provider, tmp_path)
    others = stream.rows()
    stream.arrive("e1")
    run = stream.start(trigger="continuous")
    wait_until(
        lambda: stream.rows() == others + 1 and bool(stream.speed_objects()), lambda: stream.state(run)
    )
    stream.arrive("e2", "e3")
    wait_until(lambda: stream.rows() == others + 3, lambda: stream.state(run))
    assert stream.state(run) == "RUNNING"
    stream.stop()
    wait_until(lambda: stream.state(run) != "RUNNING", lambda: "still running")
    assert stream.state(run) == "SUCCEEDED"

    stream.arrive("e4")
    provider.cloud.wait_idle()
    run = stream.start()
    provider.cloud.wait_idle()
    assert stream.state(run) == "SUCCEEDED"
    assert stream.rows() == others + 4
