"""Patches that authenticate every request, and authorise those of roles through the evaluator."""

from __future__ import annotations

import functools
import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse
from xml.etree import ElementTree

from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.exceptions import AccessDeniedError, JsonRESTError
from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import BucketAccessDeniedError
from moto.s3.models import FakeBucket, s3_backends
from moto.s3.responses import S3Response
from moto.sts.responses import TokenResponse as STSResponse

from localcloud.context import Context
from localcloud.iam.authentication import FORM, issue_session, role_of, signing_scope
from localcloud.iam.compiled import compile_permissions
from localcloud.iam.evaluator import Evaluator, Mode
from localcloud.iam.policy import Value
from localcloud.iam.resources import ACTION_PREFIX, ALWAYS_ALLOWED, condition_keys_of, resources_of
from localcloud.patching import original, replace

_current = threading.local()
"""`deletion`: the DeleteObjects call that this thread executes, else None."""


@dataclass
class _Deletion:
    """A DeleteObjects call: the caller's role (None: the administrator), and the actions that are left."""

    role: str | None
    actions: deque[str]


def install(context: Context, mode: Mode = "enforce") -> Evaluator:
    """Replace moto's authorisation.

    The administrator may do everything, but for what a bucket's policy denies, and for assuming a role that
    trusts others only.
    """
    evaluator = Evaluator(context, mode)
    context.authoriser, context.truster = evaluator.allows_one_of, evaluator.trusts
    context.issuer = functools.partial(issue_session, context)
    context.compiler = functools.partial(_compile, evaluator)
    context.recorder = evaluator.record_all

    def check(self: Any, iam_request_cls: type, resource: str = "*") -> None:
        role = role_of(self, context)
        if isinstance(self, STSResponse):
            _check_trust(self, evaluator, role)
        if isinstance(self, S3Response):
            action = "CopyObject" if _copy_source(self) else str(self.data.get("Action"))
            context.count_request(role or "", action)
            _check_s3(self, evaluator, role, resource)
        elif role is not None:
            _check(self, evaluator, role)

    def delete_keys(self: S3Response, bucket_name: str, authenticated: bool = True) -> Any:
        _current.deletion = _Deletion(role_of(self, context), deque(_deletions(self.body)))
        try:
            return original(S3Response, "_bucket_response_delete_keys")(self, bucket_name, authenticated)
        finally:
            _current.deletion = None

    def permission(self: FakeBucket, action: str, resource: str) -> PermissionResult:
        """Authorise the deletion of each object of DeleteObjects; moto asks once for each, in order.

        Other calls of moto are ignored: they have action names that are not IAM's.
        """
        deletion: _Deletion | None = getattr(_current, "deletion", None)
        if deletion is None or _allows(evaluator, deletion.role, deletion.actions.popleft(), resource, {}):
            return PermissionResult.NEUTRAL
        return PermissionResult.DENIED

    replace(ActionAuthenticatorMixin, "_authenticate_and_authorize_action", check)
    replace(S3Response, "_bucket_response_delete_keys", delete_keys)
    replace(FakeBucket, "get_permission", permission)
    return evaluator


def _allows(
    evaluator: Evaluator, role: str | None, action: str, resource: str, keys: Mapping[str, Value]
) -> bool:
    """Return whether a role, or without one the administrator, may make a call on S3."""
    if role is None:
        return not evaluator.denies_administrator(action, resource, keys)
    return evaluator.allows_role(role, action, resource, keys)


def _deletions(body: bytes) -> list[str]:
    """Return the action that the deletion of each object of a DeleteObjects request needs."""
    objects = ElementTree.fromstring(body).iterfind("{*}Object")
    versions = [each.findtext("{*}VersionId") for each in objects]
    return ["s3:DeleteObjectVersion" if version else "s3:DeleteObject" for version in versions]


def _compile(evaluator: Evaluator, role_arn: str) -> dict[str, Any]:
    buckets = s3_backends[evaluator.context.account]["aws"].buckets
    return compile_permissions(evaluator, role_arn, list(buckets))


def _check_trust(response: Any, evaluator: Evaluator, role: str | None) -> None:
    """Refuse AssumeRole of a role that does not exist, or whose trust policy does not name the caller."""
    if response._get_action() != "AssumeRole":
        return
    caller = role or f"arn:aws:iam::{evaluator.context.account}:root"
    wanted = str(_params(response).get("RoleArn", "*"))
    if not evaluator.trusts_principal(wanted, caller):
        raise _denial(response, caller, "sts:AssumeRole", wanted)


def _check(response: Any, evaluator: Evaluator, role: str) -> None:
    service = signing_scope(response)[3]
    operation = response._get_action()
    prefix = ACTION_PREFIX.get(service, service)
    action = f"{prefix}:{_action_name(prefix, operation)}"
    if action in ALWAYS_ALLOWED:
        return
    region_account = f"{evaluator.context.region}:{evaluator.context.account}"
    params = _params(response)
    keys = condition_keys_of(service, params)
    for resource in resources_of(service, operation, params, region_account):
        if not evaluator.allows_role(role, action, resource, keys):
            raise _denial(response, role, action, resource)


def _action_name(prefix: str, operation: str) -> str:
    return {"lambda:Invoke": "InvokeFunction"}.get(f"{prefix}:{operation}", operation)


def _params(response: Any) -> dict[str, Any]:
    if response.headers.get("X-Amz-Target"):
        # Some services of moto have already parsed the body.
        parsed = response.body if isinstance(response.body, dict) else json.loads(response.body or "{}")
        return dict(parsed)
    flat: dict[str, Any] = {key: values[0] for key, values in response.querystring.items() if values}
    flat.update(response.uri_match)
    return flat


def _denial(response: Any, role: str, action: str, resource: str) -> Exception:
    message = f"User: {role} is not authorized to perform: {action} on resource: {resource}"
    if response.headers.get("Content-Type", "").startswith(FORM):
        return AccessDeniedError(user_arn=role, action=f"{action} on resource: {resource}")
    return JsonRESTError("AccessDeniedException", message)


# --- S3

_S3_HEADERS = {
    "s3:if-match": "If-Match",
    "s3:if-none-match": "If-None-Match",
    "s3:x-amz-server-side-encryption": "x-amz-server-side-encryption",
}
"""Condition keys whose values are headers of the request."""


def _check_s3(response: S3Response, evaluator: Evaluator, role: str | None, resource: str) -> None:
    action = str(response.data.get("Action"))
    bucket, _, key = resource.removeprefix("arn:aws:s3:::").partition("/")
    if action == "DeleteObject" and not key:
        return  # DeleteObjects: `permission` authorises each object.
    for name, target in _s3_requests(response, action, resource):
        if not _allows(evaluator, role, f"s3:{name}", target, _s3_context(response)):
            raise BucketAccessDeniedError(bucket=bucket)
    if role is None:
        return
    # S3 answers 404 for a missing object only to callers that may list the bucket, 403 to others.
    reads = action in ("GetObject", "GetObjectVersion") and evaluator.mode == "enforce"
    is_missing = reads and not _exists(evaluator, bucket, key)
    if is_missing and not evaluator.allows_role(role, "s3:ListBucket", f"arn:aws:s3:::{bucket}"):
        raise BucketAccessDeniedError(bucket=bucket)


def _s3_requests(response: S3Response, action: str, resource: str) -> list[tuple[str, str]]:
    renamed = {"HeadBucket": "ListBucket"}.get(action, action)
    requests = [(renamed, resource)]
    if source := _copy_source(response):
        requests.append(("GetObject", f"arn:aws:s3:::{source}"))
    if action == "PutObject" and "If-Match" in response.headers:
        # S3 compares the object, and tells the caller about it only if the caller may read it.
        requests.append(("GetObject", resource))
    return requests


def _copy_source(response: S3Response) -> str | None:
    header = response.headers.get("x-amz-copy-source")
    return unquote(urlparse(header).path).lstrip("/") if header else None


def _s3_context(response: S3Response) -> dict[str, Value]:
    query = parse_qs(urlparse(response.uri).query, keep_blank_values=True)
    keys: dict[str, Value] = {
        f"s3:{name}": query[name][0] for name in ("prefix", "delimiter", "max-keys") if name in query
    }
    for name, header in _S3_HEADERS.items():
        if header in response.headers:
            keys[name] = response.headers[header]
    if response.data.get("Action") == "PutObject":
        # Starting a multipart upload and adding parts need PutObject, but create no object.
        is_part = "partNumber" in query or "uploads" in query
        keys["s3:ObjectCreationOperation"] = str(not is_part).lower()
    return keys


def _exists(evaluator: Evaluator, bucket: str, key: str) -> bool:
    found = s3_backends[evaluator.context.account]["aws"].buckets.get(bucket)
    return found is None or key in found.keys
