"""`GlueContext` hands out the run's Spark session."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from localcloud.execution.awsglue import context
from localcloud.execution.awsglue.context import GlueContext


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A fake Spark session, which `getOrCreate` returns."""
    fake = SimpleNamespace(sparkContext=object())
    builder = SimpleNamespace(getOrCreate=lambda: fake)
    monkeypatch.setattr(context, "SparkSession", SimpleNamespace(builder=builder))
    return fake


def test_context_has_the_current_session_under_both_names(session: Any) -> None:
    found = GlueContext()

    assert found.spark_session is session
    assert found.sparkSession is session


def test_logger_writes_to_the_log_of_the_run(session: Any, caplog: pytest.LogCaptureFixture) -> None:
    GlueContext().get_logger().error("no such month")

    assert caplog.messages == ["no such month"]
