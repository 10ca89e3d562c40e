"""Errors of the uploader, and the translation of what AWS says into what to do about it."""

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
    "NoSuchBucket": "The environment is not deployed here: `make deploy`, or `caudal up`.",
    "AccessDenied": "These credentials may not do that; `aws sts get-caller-identity` tells whose they are.",
    "ExpiredToken": "The session has ended: sign in again.",
    "InvalidClientTokenId": "The access key is unknown: sign in again, or choose another --profile.",
    "InvalidAccessKeyId": "The access key is unknown: sign in again, or choose another --profile.",
    "SignatureDoesNotMatch": "The secret key does not fit the access key.",
}


class UploadError(CaudalError):
    """The upload as a whole cannot be done; a single file's trouble is an Outcome instead."""


def code_of(error: ClientError) -> str:
    """The error code that AWS gave, e.g. `NoSuchBucket`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def explain(error: Exception, where: str) -> UploadError:
    """The same trouble in terms of what to do."""
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
        hint = "Check the network and AWS_ENDPOINT_URL; for a local run, is `caudal up` running?"
        return UploadError(f"{error}.", where=where, hint=hint)
    return UploadError(f"{error}.", where=where)


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Turn errors of boto3 inside the block into UploadErrors that say what to do."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise explain(error, where) from error
