"""Processes call the local server in their role."""

from __future__ import annotations

import boto3
import pytest

from localcloud.execution.environment import aws_environment, client_environment, inherited
from tests.localcloud.execution.conftest import Cloud


def test_variables_are_credentials_of_the_role_for_the_local_server(cloud: Cloud) -> None:
    found = aws_environment(cloud.context, cloud.role)

    session = boto3.Session(
        aws_access_key_id=found["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=found["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=found["AWS_SESSION_TOKEN"],
        region_name=found["AWS_REGION"],
    )
    identity = session.client("sts", endpoint_url=found["AWS_ENDPOINT_URL"]).get_caller_identity()
    assert ":assumed-role/job/" in identity["Arn"]
    assert found["AWS_CONFIG_FILE"] == "/dev/null"


def test_children_inherit_neither_credentials_nor_the_python_path(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "PYTHONPATH", "SECRET"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("PATH", "/bin")
    found = inherited()
    assert found["PATH"] == "/bin"
    assert not {"AWS_ACCESS_KEY_ID", "AWS_PROFILE", "PYTHONPATH", "SECRET"} & found.keys()


def test_client_needs_no_session_token() -> None:
    credentials = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    assert client_environment("http://127.0.0.1:1", "us-east-1", credentials) == {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
    }
