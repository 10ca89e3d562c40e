"""Sign-in: the role by default, the caller's own credentials on demand."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError

from uploader import UploadError
from uploader.session import connect, session_for

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


def test_session_has_the_name_of_the_program(s3: S3Client) -> None:
    target = connect(env="test", role=lambda names: names.steward_role, program="steward")
    assert "assumed-role/caudal-test-steward/steward" in caller_of(target.client)


def test_own_credentials_are_used_without_assume(s3: S3Client) -> None:
    assert "assumed-role" not in caller_of(connect(env="test", assume=False).client)


@pytest.mark.parametrize(
    ("code", "hint"), [("AccessDenied", "--no-assume"), ("ExpiredToken", r"has expired\. Sign in again")]
)
def test_role_that_cannot_be_taken_raises_with_a_hint(
    s3: S3Client, monkeypatch: pytest.MonkeyPatch, code: str, hint: str
) -> None:
    real = boto3.Session.client

    def refusing(self: boto3.Session, service: str, **options: object) -> object:
        client = real(self, service, **options)  # type: ignore[call-overload]
        if service == "sts":

            def denied(**_: object) -> None:
                raise ClientError({"Error": {"Code": code, "Message": "no"}}, "AssumeRole")

            client.assume_role = denied
        return client

    monkeypatch.setattr(boto3.Session, "client", refusing)
    with pytest.raises(UploadError, match=hint) as raised:
        connect(env="test")
    assert ("Deploy the environment" in str(raised.value.hint)) == (code == "AccessDenied")


def test_unknown_profile_raises_with_a_hint(s3: S3Client) -> None:
    with pytest.raises(UploadError, match="list-profiles"):
        connect(profile="unknown")
    assert "AWS_PROFILE" not in os.environ


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home folder of a local cloud that runs environment dev in us-east-1."""
    fields = {"endpoint": "http://127.0.0.1:9", "access_key": "key", "secret_key": "secret"}
    status = {**fields, "region": "us-east-1", "env": "dev"}
    (tmp_path / "status.json").write_text(json.dumps(status))
    return tmp_path


def test_local_cloud_gives_endpoint_credentials_and_environment(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "unknown")  # A profile is for AWS: here it is ignored.
    session, options, env = session_for(env=None, profile=None, region=None, local=home)
    credentials = session.get_credentials()
    assert credentials is not None
    assert (credentials.access_key, credentials.secret_key) == ("key", "secret")
    assert (session.region_name, options, env) == ("us-east-1", {"endpoint_url": "http://127.0.0.1:9"}, "dev")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"profile": "work"}, "--profile work is for AWS"),
        ({"env": "prod"}, "the local cloud runs with --env dev, not prod"),
        ({"region": "eu-west-1"}, "the local cloud runs with --region us-east-1, not eu-west-1"),
    ],
)
def test_options_that_contradict_the_local_cloud_are_refused(
    home: Path, options: dict[str, str], message: str
) -> None:
    given = {"env": None, "profile": None, "region": None, **options}
    with pytest.raises(UploadError, match=message):
        session_for(**given, local=home)
