"""Event logs of runs. That Spark writes them is part of the conformance checks."""

from __future__ import annotations

import pytest

from localcloud.execution.spark_child.event_log import folder_of

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
