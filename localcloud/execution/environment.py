"""The AWS environment variables of a process that executes in a role."""

from __future__ import annotations

import os

from localcloud.context import Context

_CREDENTIALS = {
    "aws_access_key_id": "AWS_ACCESS_KEY_ID",
    "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "aws_session_token": "AWS_SESSION_TOKEN",
}


def aws_environment(context: Context, role_arn: str) -> dict[str, str]:
    """Return the variables with which boto3 calls the local server in the role.

    boto3 then ignores the user's own AWS configuration files and EC2's metadata service.
    """
    credentials = context.credentials(role_arn)
    return {
        **{_CREDENTIALS[name]: value for name, value in credentials.items()},
        "AWS_ENDPOINT_URL": context.endpoint,
        "AWS_REGION": context.region,
        "AWS_DEFAULT_REGION": context.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
