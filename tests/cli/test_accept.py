"""`caudal accept`: what it says when it cannot go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from typer.testing import CliRunner

from acceptance.environment import Environment
from acceptance.exercise import Exercise
from acceptance.run import Acceptance, Side
from cli.main import app
from lake.naming import Names

NAMES = Names(env="dev", account="123456789012", region="us-east-1")


@contextmanager
def empty(_: Acceptance) -> Iterator[Side]:
    """Stands for the local cloud."""
    yield Side(what="local", environment=Environment(session=boto3.Session(), names=NAMES), raw=None)


def test_session_that_expires_during_the_run_has_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    client = boto3.client("glue", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    session: Any = SimpleNamespace(client=lambda *_, **__: client)
    deployed = Side(what="deployed", environment=Environment(session=session, names=NAMES), raw=None)
    monkeypatch.setattr(Acceptance, "check", lambda _: None)
    monkeypatch.setattr(Acceptance, "_deployed", deployed)
    monkeypatch.setattr(Acceptance, "_local", empty)
    monkeypatch.setattr(Exercise, "upload", lambda _: None)
    monkeypatch.setattr(Exercise, "publish", lambda *_: None)
    monkeypatch.setattr(Exercise, "run_streams", lambda _: None)
    monkeypatch.setattr("acceptance.run.tables", lambda *_: {})
    monkeypatch.setattr("acceptance.run.answers", lambda *_: {})
    with Stubber(client) as stub:
        stub.add_client_error("get_job_runs", "ExpiredTokenException", "The security token is expired")
        result = CliRunner().invoke(app, ["accept", "--home", str(tmp_path)])

    assert result.exit_code == 1
    assert "error: ExpiredTokenException: The security token is expired." in result.stderr
    hint = "to do: The session has expired. Sign in again, then run the same command again: it goes on."
    assert hint in result.stderr
