"""Sign-in: the role by default, the caller's own credentials on demand."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError

from uploader import UploadError
from uploader.session import connect

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def caller_of(client: S3Client) -> str:
    credentials = client._request_signer._credentials.get_frozen_credentials()  # type: ignore[attr-defined]
    sts = boto3.client(
        "sts",
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.token,
    )
    return sts.get_caller_identity()["Arn"]


def test_role_is_assumed_by_default(s3: S3Client) -> None:
    target = connect(env="test")
    assert target.names.raw_bucket == "caudal-test-raw-123456789012-us-east-1"
    assert "assumed-role/caudal-test-uploader/upload-files" in caller_of(target.client)


def test_own_credentials_are_used_without_assume(s3: S3Client) -> None:
    assert "assumed-role" not in caller_of(connect(env="test", assume=False).client)


def test_denied_role_raises_with_a_hint(s3: S3Client, monkeypatch: pytest.MonkeyPatch) -> None:
    real = boto3.Session.client

    def refusing(self: boto3.Session, service: str, **options: object) -> object:
        client = real(self, service, **options)  # type: ignore[call-overload]
        if service == "sts":

            def denied(**_: object) -> None:
                raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "AssumeRole")

            client.assume_role = denied
        return client

    monkeypatch.setattr(boto3.Session, "client", refusing)
    with pytest.raises(UploadError, match="--no-assume"):
        connect(env="test")


def test_unknown_profile_raises_with_a_hint(s3: S3Client) -> None:
    with pytest.raises(UploadError, match="list-profiles"):
        connect(profile="unknown")
    assert "AWS_PROFILE" not in os.environ
