"""Authentication: the principal whose access key signed a request, or the refusal of an unknown key.

Known are the administrator's key of the home folder, and the keys of sessions that STS gave out. The
signature itself is not verified: the server listens to this machine only.
"""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import InvalidClientTokenIdError, JsonRESTError
from moto.core.utils import utcnow
from moto.s3.exceptions import S3ClientError
from moto.s3.responses import S3Response
from moto.sts.models import sts_backends

from localcloud.context import Context

FORM = "application/x-www-form-urlencoded"
QUERY_SERVICES = frozenset({"cloudformation", "iam", "monitoring", "sns", "sqs", "sts"})
"""Signing names of the services with the error codes of AWS's query protocol."""

_INVALID = "The security token included in the request is invalid."
_EXPIRED = "The security token included in the request is expired"
_S3_MESSAGES = {
    "AccessDenied": "Access Denied",
    "ExpiredToken": "The provided token has expired.",
    "InvalidAccessKeyId": "The AWS Access Key Id you provided does not exist in our records.",
    "InvalidToken": "The provided token is malformed or otherwise invalid.",
}
SESSION_SECONDS = 365 * 24 * 3600
"""Life of the sessions of services: on AWS, services renew the credentials of the processes they run."""


class _QueryRefusedError(InvalidClientTokenIdError):
    """The refusal of credentials in XML; moto has it for one code only."""

    def __init__(self, code: str, message: str) -> None:
        super(InvalidClientTokenIdError, self).__init__(code, message)


def signing_scope(response: Any) -> list[str]:
    """Return access key, date, region and service that a request names, from its header or its query.

    The list is empty for a request without a signature.
    """
    header = response.headers.get("Authorization", "").partition("Credential=")[2].partition(",")[0]
    presigned = response.querystring.get("X-Amz-Credential", [""])[0]
    scope: list[str] = (header or presigned).split("/")
    return scope if len(scope) >= len(("key", "date", "region", "service")) else []


def role_of(response: Any, context: Context) -> str | None:
    """Return the ARN of the role whose credentials signed a request, None for the administrator.

    Raises the error of the request's service for a missing signature, an unknown access key, a session
    token that is not the session's, and an expired session.
    """
    scope = signing_scope(response)
    if not scope:
        raise _refusal(response, "", s3="AccessDenied", query="MissingAuthenticationToken",
                       json="MissingAuthenticationTokenException")  # fmt: skip
    key, service = scope[0], scope[3]
    if key == context.administrator.access_key:
        return None
    session = sts_backends[context.account]["aws"].get_assumed_role_from_access_key(key)
    if session is None:
        raise _refusal(response, service, s3="InvalidAccessKeyId", query="InvalidClientTokenId",
                       json="UnrecognizedClientException")  # fmt: skip
    presigned = response.querystring.get("X-Amz-Security-Token", [""])[0]
    if (response.headers.get("X-Amz-Security-Token") or presigned) != session.session_token:
        raise _refusal(response, service, s3="InvalidToken", query="InvalidClientTokenId",
                       json="UnrecognizedClientException")  # fmt: skip
    if utcnow() >= session.expiration:
        raise _refusal(response, service, s3="ExpiredToken", query="ExpiredToken",
                       json="ExpiredTokenException", message=_EXPIRED)  # fmt: skip
    return str(session.role_arn)


def issue_session(context: Context, role_arn: str) -> dict[str, str]:
    """Return credentials of a role for a service that executes in it, as arguments of `boto3.Session`.

    The caller has checked that the role trusts the service.
    """
    session = sts_backends[context.account]["aws"].assume_role(
        region_name=context.region,
        role_session_name="local",
        role_arn=role_arn,
        policy="",
        duration=SESSION_SECONDS,
        external_id="",
    )
    return {
        "aws_access_key_id": session.access_key_id,
        "aws_secret_access_key": session.secret_access_key,
        "aws_session_token": session.session_token,
    }


def _refusal(
    response: Any, service: str, *, s3: str, query: str, json: str, message: str = _INVALID
) -> Exception:
    """Return the error with the code of the request's service, in the encoding of its protocol."""
    if isinstance(response, S3Response):
        return S3ClientError(s3, _S3_MESSAGES[s3])
    code = query if service in QUERY_SERVICES else json
    if response.headers.get("Content-Type", "").startswith(FORM):
        return _QueryRefusedError(code, message)
    return JsonRESTError(code, message)
