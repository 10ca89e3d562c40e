"""Processes call the local server in their role."""

from __future__ import annotations

import boto3

from localcloud.execution.environment import aws_environment
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
