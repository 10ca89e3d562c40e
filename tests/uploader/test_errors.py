"""AWS's errors as UploadErrors with hints."""

from __future__ import annotations

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    LoginRefreshRequired,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
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


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ExpiredToken", "The session has expired"),
        ("ExpiredTokenException", "The session has expired"),
        ("RequestExpired", "The session has expired"),
        ("InvalidClientTokenId", "The access key is unknown"),
        ("UnrecognizedClientException", "The access key is unknown"),
        ("InvalidAccessKeyId", "The access key is unknown"),
        ("400", "S3 gives no reason here; mostly the session has expired"),
    ],
)
def test_unusable_session_has_the_same_remedy_in_every_protocol(code: str, kind: str) -> None:
    hint = str(explain(client_error(code), "AWS").hint)
    assert hint.startswith(f"{kind}. Sign in again, ")
    assert hint.endswith("then run the same command again: it goes on.")


@pytest.mark.parametrize(
    "error",
    [
        UnauthorizedSSOTokenError(),
        LoginRefreshRequired(),
        TokenRetrievalError(provider="sso", error_msg="Token has expired and refresh failed"),
        CredentialRetrievalError(provider="process", error_msg="signed out"),
    ],
)
def test_sign_in_that_ended_before_the_request_has_the_remedy(error: Exception) -> None:
    assert explain(error, "AWS").hint == "Sign in again, then run the same command again: it goes on."


def test_errors_of_a_block_are_explained_and_chained() -> None:
    error = client_error("NoSuchBucket")
    with pytest.raises(UploadError, match="bucket raw: NoSuchBucket") as raised, explained("bucket raw"):
        raise error
    assert raised.value.__cause__ is error


def test_other_errors_pass_unchanged() -> None:
    with pytest.raises(ValueError, match="own"), explained("bucket raw"):
        raise ValueError("own")
