"""Decisions on calls of roles and services, from the policies that moto stores."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from moto.awslambda.models import lambda_backends
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from localcloud.context import Context
from localcloud.iam.policy import Decision, Request, Statement, Value, decide, statements_of

Mode = Literal["record", "enforce"]

_BOTH = ("aws:SourceArn", "aws:SourceAccount")
_SOURCE_KEYS = {
    "cloudwatch.amazonaws.com": _BOTH,
    "events.amazonaws.com": ("aws:SourceArn",),
    "pipes.amazonaws.com": _BOTH,
    "scheduler.amazonaws.com": _BOTH,
    "states.amazonaws.com": _BOTH,
}
"""Service → the keys that its calls have by its documentation. That of Glue and Lambda promises none for the
roles that they assume, and that of EventBridge only the rule's ARN."""

_UNRECORDED = frozenset({"s3:delimiter", "s3:max-keys"})
"""Condition keys that no policy of the templates asks for; they would multiply the recorded calls."""


class Evaluator:
    """Decides whether a role or a service may make a call, and records each distinct call of a role.

    In mode `record` all calls are allowed; the recording holds which of them the policies deny. It is
    the file `state/iam-calls.jsonl` with role, action, resource, allowed, and the call's condition keys.
    """

    def __init__(self, context: Context, mode: Mode = "enforce") -> None:
        self.context = context
        self.mode: Mode = mode
        self._seen: set[tuple[str, str, str, tuple[tuple[str, Value], ...], bool]] = set()
        self._lock = threading.Lock()

    def allows_role(
        self, role_arn: str, action: str, resource: str, context: Mapping[str, Value] | None = None
    ) -> bool:
        """Record a call of a role and return whether it is allowed.

        As within one AWS account, an identity or a resource policy must allow it and none may deny it.
        """
        allowed = self._is_allowed(role_arn, action, resource, context or {})
        self.record(role_arn, action, resource, allowed, context)
        return allowed or self.mode == "record"

    def denies_administrator(self, action: str, resource: str, context: Mapping[str, Value]) -> bool:
        """Return whether the policy of a resource denies a call of the administrator, who may do all else."""
        root = f"arn:aws:iam::{self.context.account}:root"
        request = self.request_of(root, action, resource, context)
        decision = decide(self.resource_statements(resource), request, is_resource_policy=True)
        return decision is Decision.DENY and self.mode == "enforce"

    def allows_one_of(
        self,
        role_arns: Sequence[str],
        action: str,
        resource: str,
        context: Mapping[str, Value] | None = None,
    ) -> bool:
        """Return whether one of several roles may make a call, when it is not known which of them made it.

        Only the call of a single role is recorded.
        """
        if len(role_arns) == 1:
            return self.allows_role(role_arns[0], action, resource, context)
        return self.mode == "record" or any(
            self._is_allowed(role, action, resource, context or {}) for role in role_arns
        )

    def _is_allowed(self, role_arn: str, action: str, resource: str, context: Mapping[str, Value]) -> bool:
        request = self.request_of(role_arn, action, resource, context)
        identity = decide(self.identity_statements(role_arn), request)
        attached = decide(self.resource_statements(resource), request, is_resource_policy=True)
        return Decision.DENY not in (identity, attached) and Decision.ALLOW in (identity, attached)

    def request_of(self, role_arn: str, action: str, resource: str, context: Mapping[str, Value]) -> Request:
        """Return a role's call with the condition keys that all calls have, and `context`."""
        return Request(role_arn, action, resource, {**self._common_keys(role_arn), **context})

    def allows_service(self, service: str, action: str, resource: str, source_arn: str) -> bool:
        """Return whether a resource's policy allows a call of a service such as `events.amazonaws.com`."""
        keys = {"aws:SecureTransport": "true", **self._source_keys(service, source_arn)}
        request = Request(service, action, resource, keys)
        decision = decide(self.resource_statements(resource), request, is_resource_policy=True)
        return decision is Decision.ALLOW or self.mode == "record"

    def trusts(self, role_arn: str, service: str, source_arn: str) -> bool:
        """Return whether a role's trust policy lets a service assume it for the resource `source_arn`."""
        role = self._role(role_arn)
        if role is None:
            return False
        keys = self._source_keys(service, source_arn)
        request = Request(service, "sts:AssumeRole", role_arn, keys)
        statements = statements_of(role.assume_role_policy_document)
        decision = decide(statements, request, is_resource_policy=True)
        return decision is Decision.ALLOW or self.mode == "record"

    def trusts_principal(self, role_arn: str, principal: str) -> bool:
        """Return whether a role's trust policy names a caller: the ARN of a role, or of the account's root.

        A role also needs its own permission for `sts:AssumeRole`.
        """
        role = self._role(role_arn)
        if role is None:
            return False
        request = Request(principal, "sts:AssumeRole", role_arn, self._common_keys(principal))
        decision = decide(statements_of(role.assume_role_policy_document), request, is_resource_policy=True)
        return decision is Decision.ALLOW or self.mode == "record"

    # --- policies

    def identity_statements(self, role_arn: str) -> Sequence[Statement]:
        """Return the statements of a role's inline and managed policies, none if there is no such role."""
        role = self._role(role_arn)
        if role is None:
            return ()
        documents = [*role.policies.values(), *(policy.document for policy in role.managed_policies.values())]
        return [statement for document in documents for statement in statements_of(document)]

    def resource_statements(self, resource: str) -> Sequence[Statement]:
        """Return the policy statements of the bucket, queue or topic that an ARN belongs to."""
        document = self._resource_policy(resource)
        if isinstance(document, bytes):
            document = document.decode()
        return statements_of(document) if document else ()

    def _role(self, role_arn: str) -> Any:
        backend = iam_backends[self.context.account]["aws"]
        return next((role for role in backend.roles.values() if role.arn == role_arn), None)

    def _resource_policy(self, resource: str) -> Any:
        account, region = self.context.account, self.context.region
        parts = resource.split(":", 5)
        if len(parts) < 6:
            return None
        service, name = parts[2], parts[5]
        if service == "s3":
            bucket = s3_backends[account]["aws"].buckets.get(name.split("/", 1)[0])
            return bucket.policy if bucket else None
        if service == "sqs":
            queue = sqs_backends[account][region].queues.get(name)
            return queue.policy if queue else None
        if service == "sns":
            topic = sns_backends[account][region].topics.get(resource)
            return topic.policy if topic else None
        if service == "lambda":
            functions: Any = lambda_backends[account][region]
            function = functions.get_function(name.removeprefix("function:"))
            return {"Statement": function.policy.statements}
        return None

    def _source_keys(self, service: str, source_arn: str) -> dict[str, Value]:
        """Return the keys that name the source of a service's call, as far as AWS documents them."""
        keys = {"aws:SourceArn": source_arn, "aws:SourceAccount": self.context.account}
        return {name: keys[name] for name in _SOURCE_KEYS.get(service, ())}

    # --- recording

    def _common_keys(self, role_arn: str) -> dict[str, Value]:
        return {
            # The local endpoint stands for the TLS endpoint of AWS.
            "aws:SecureTransport": "true",
            "aws:PrincipalArn": role_arn,
            "aws:PrincipalAccount": self.context.account,
            "aws:ResourceAccount": self.context.account,
            "aws:RequestedRegion": self.context.region,
        }

    def record(
        self,
        role_arn: str,
        action: str,
        resource: str,
        allowed: bool,
        context: Mapping[str, Value] | None = None,
    ) -> None:
        """Record a call of a role once, with the condition keys of the call itself."""
        keys = {name: value for name, value in (context or {}).items() if name not in _UNRECORDED}
        call = (role_arn, action, resource, tuple(sorted(keys.items())), allowed)
        with self._lock:
            if call in self._seen:
                return
            self._seen.add(call)
        entry = {"role": role_arn, "action": action, "resource": resource, "allowed": allowed, "keys": keys}
        if "s3:prefix" in keys:
            entry["prefix"] = keys["s3:prefix"]
        self.context.record("iam-calls", entry)

    def record_all(self, role_arn: str, calls: Iterable[Mapping[str, Any]]) -> None:
        """Record calls that Spark's file system decided: action, resource, prefix (or None), allowed."""
        for call in calls:
            keys = {} if call["prefix"] is None else {"s3:prefix": call["prefix"]}
            self.record(role_arn, call["action"], call["resource"], call["allowed"], keys)
