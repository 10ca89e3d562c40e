"""Errors of the uploader, and the translation of AWS's errors into errors with a hint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
)

from lake.errors import CaudalError

_HINTS = {
    "NoSuchBucket": "The environment is not deployed here. Run `caudal deploy --env ENV`, or `caudal up`.",
    "AccessDenied": "Use credentials with this permission; `aws sts get-caller-identity` shows yours.",
    "ExpiredToken": "The session has expired. Sign in again.",
    "InvalidClientTokenId": "The access key is unknown. Sign in again, or choose another --profile.",
    "InvalidAccessKeyId": "The access key is unknown. Sign in again, or choose another --profile.",
    "NoSpaceLeft": "Free space on that disk, then run the same command again: it skips what arrived.",
    "SignatureDoesNotMatch": "The secret key does not fit the access key. Correct the credentials.",
}


class UploadError(CaudalError):
    """The upload as a whole is impossible; an error of a single file is an Outcome instead."""


def code_of(error: ClientError) -> str:
    """Return AWS's error code, e.g. `NoSuchBucket`; empty without one."""
    return str(error.response.get("Error", {}).get("Code", ""))


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
