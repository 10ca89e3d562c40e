"""Errors of the uploader, and the translation of AWS's errors into errors with a hint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    LoginError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from lake.errors import CaudalError

_AGAIN = "then run the same command again: it goes on."
_EXPIRED = f"The session has expired. Sign in again, {_AGAIN}"
_UNKNOWN_KEY = f"The access key is unknown. Sign in again, or choose another --profile, {_AGAIN}"

_SIGN_IN_HINTS = {
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "RequestExpired": _EXPIRED,
    "InvalidClientTokenId": _UNKNOWN_KEY,
    "UnrecognizedClientException": _UNKNOWN_KEY,
    "InvalidAccessKeyId": _UNKNOWN_KEY,
    "SignatureDoesNotMatch": "The secret key does not fit the access key. Correct the credentials.",
}
"""Codes of unusable credentials: one kind has several, since each protocol of AWS has its own."""

_HINTS = {
    **_SIGN_IN_HINTS,
    "NoSuchBucket": "The environment is not deployed here. Run `caudal deploy --env ENV`, or `caudal up`.",
    "AccessDenied": "Use credentials with this permission; `aws sts get-caller-identity` shows yours.",
    "NoSpaceLeft": "Free space on that disk, then run the same command again: it skips what arrived.",
    "400": f"S3 gives no reason here; mostly the session has expired. Sign in again, {_AGAIN}",
}


class UploadError(CaudalError):
    """The upload as a whole is impossible; an error of a single file is an Outcome instead."""


def code_of(error: ClientError) -> str:
    """Return AWS's error code, e.g. `NoSuchBucket`; empty without one."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_about_credentials(error: ClientError) -> bool:
    """Return whether AWS refused the credentials themselves: expired, unknown or wrong."""
    return code_of(error) in _SIGN_IN_HINTS


def explain(error: Exception, where: str) -> UploadError:
    """Return an error of boto3 as an UploadError with a hint."""
    if isinstance(error, ClientError):
        code = code_of(error)
        message = error.response.get("Error", {}).get("Message", "")
        code = "AccessDenied" if code in {"403", "AccessDeniedException", "Forbidden"} else code
        return UploadError(f"{code}: {message}".rstrip(". ") + ".", where=where, hint=_HINTS.get(code))
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        hint = "Sign in with `aws configure` or `aws sso login`, name a --profile, or use --home DIR."
        return UploadError("there are no AWS credentials.", where=where, hint=hint)
    if isinstance(error, SSOError | LoginError | TokenRetrievalError | CredentialRetrievalError):
        return UploadError(f"{error}".rstrip(". ") + ".", where=where, hint=f"Sign in again, {_AGAIN}")
    if isinstance(error, NoRegionError):
        return UploadError("no region is set.", where=where, hint="Give --region or set AWS_REGION.")
    if isinstance(error, ProfileNotFound):
        return UploadError(f"{error}.", where=where, hint="`aws configure list-profiles` lists them.")
    if isinstance(error, ConnectionError | HTTPClientError):
        hint = "Check the network and AWS_ENDPOINT_URL; a local cloud has to be running: `caudal up`."
        return UploadError(f"{error}.", where=where, hint=hint)
    return UploadError(f"{error}.", where=where)


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Turn errors of boto3 inside the block into UploadErrors with a hint."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise explain(error, where) from error
