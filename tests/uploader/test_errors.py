"""AWS's errors as UploadErrors with hints."""

from __future__ import annotations

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)

from uploader.errors import UploadError, code_of, explain, explained


def client_error(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "PutObject")


def test_code_of_an_error_may_be_absent() -> None:
    assert code_of(client_error("NoSuchBucket")) == "NoSuchBucket"
    assert code_of(ClientError({}, "PutObject")) == ""


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (client_error("NoSuchBucket", "It is gone."), r"^raw: NoSuchBucket: It is gone\. The environment"),
        (client_error("403"), r"^raw: AccessDenied: no\. Use credentials"),
        (client_error("SlowDown"), r"^raw: SlowDown: no\.$"),
        (NoCredentialsError(), r"--profile, or use --home DIR\.$"),
        (NoRegionError(), r"Give --region or set AWS_REGION\.$"),
        (ProfileNotFound(profile="x"), r"list-profiles` lists them\.$"),
        (EndpointConnectionError(endpoint_url="http://localhost:9"), r"`caudal up`\.$"),
        (BotoCoreError(), r"^raw: An unspecified error occurred"),
    ],
)
def test_error_names_the_place_and_a_remedy(error: Exception, message: str) -> None:
    explanation = explain(error, "raw")
    assert isinstance(explanation, UploadError)
    with pytest.raises(UploadError, match=message):
        raise explanation


def test_errors_of_a_block_are_explained_and_chained() -> None:
    error = client_error("NoSuchBucket")
    with pytest.raises(UploadError, match="bucket raw: NoSuchBucket") as raised, explained("bucket raw"):
        raise error
    assert raised.value.__cause__ is error


def test_other_errors_pass_unchanged() -> None:
    with pytest.raises(ValueError, match="own"), explained("bucket raw"):
        raise ValueError("own")
