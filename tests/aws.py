"""A mocked AWS account with its credentials in the environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Client]:
    """A client of S3 in an empty mocked account, whose credentials this process has."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "CAUDAL_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield boto3.client("s3", region_name="us-east-1")
