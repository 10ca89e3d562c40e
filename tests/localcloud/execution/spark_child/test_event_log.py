"""Event logs of runs. That Spark writes compressed ones to S3 is part of the conformance checks."""

from __future__ import annotations

import pytest

from bench.event_log import read_figures
from localcloud.execution.glue import EVENT_LOGS
from localcloud.execution.spark_child.event_log import folder_of
from tests.localcloud.execution.conftest import Cloud

LOGS = ["--spark-event-logs-path", "s3://artifacts/spark-ui/shop/job/"]


@pytest.mark.parametrize(
    ("arguments", "folder"),
    [
        (["--domain", "shop", "--enable-spark-ui", "true", *LOGS], "s3://artifacts/spark-ui/shop/job/"),
        (["--enable-spark-ui", "false", *LOGS], None),
        (LOGS, None),
        ([], None),
    ],
)
def test_event_log_is_written_if_the_arguments_ask_for_it(arguments: list[str], folder: str | None) -> None:
    assert folder_of(arguments) == folder


def test_plain_log_of_a_profile_is_one_file_of_json_lines(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = """
from pyspark.sql import SparkSession
SparkSession.builder.getOrCreate().range(10).repartition(2).count()
"""
    cloud.put_job("profiled", script)
    folder = cloud.context.home / EVENT_LOGS / "profiled"
    cloud.run("profiled")
    assert not folder.exists()
    monkeypatch.setattr(cloud.context, "event_logs", True)
    run = cloud.run("profiled")
    [log] = folder.iterdir()
    assert log.name == run["Id"]
    figures = read_figures(log)
    assert figures.queries == 1
    assert figures.jobs >= 1
    assert figures.tasks >= 2
    assert figures.process > figures.processor > 0
