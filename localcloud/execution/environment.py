"""The environment variables of processes that call the local server, or that the local cloud starts."""

from __future__ import annotations

import os
from collections.abc import Mapping

from localcloud.context import Context

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SSL_CERT_FILE")

_CREDENTIALS = {
    "aws_access_key_id": "AWS_ACCESS_KEY_ID",
    "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "aws_session_token": "AWS_SESSION_TOKEN",
}


def inherited() -> dict[str, str]:
    """Return the variables that a child process inherits, without AWS settings and PYTHONPATH."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


def client_environment(endpoint: str, region: str, credentials: Mapping[str, str]) -> dict[str, str]:
    """Return the variables with which any AWS program calls the local server.

    `credentials` are named like the keyword arguments of `boto3.Session`.
    """
    return {
        "AWS_ENDPOINT_URL": endpoint,
        **{_CREDENTIALS[name]: value for name, value in credentials.items()},
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
    }


def aws_environment(context: Context, role_arn: str) -> dict[str, str]:
    """Return the variables with which boto3 calls the local server in the role.

    boto3 then ignores the user's own AWS configuration files and EC2's metadata service.
    """
    return {
        **client_environment(context.endpoint, context.region, context.credentials(role_arn)),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
