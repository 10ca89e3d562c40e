"""Decisions on calls of roles and services, from the policies that moto stores."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from moto.iam.models import iam_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from localcloud.context import Context
from localcloud.iam.policy import Decision, Request, Statement, Value, decide, statements_of

Mode = Literal["record", "enforce"]


class Evaluator:
    """Decides whether a role or a service may make a call, and records each distinct call of a role.

    In mode `record` all calls are allowed; the recording holds which of them the policies deny. It is
    the file `state/iam-calls.jsonl` with role, action, resource and allowed, and the prefix of a
    listing.
    """

    def __init__(self, context: Context, mode: Mode = "enforce") -> None:
        self.context = context
        self.mode: Mode = mode
        self._seen: set[tuple[str, str, str, bool, Value | None]] = set()
        self._lock = threading.Lock()

    def allows_role(
        self, role_arn: str, action: str, resource: str, context: Mapping[str, Value] | None = None
    ) -> bool:
        """Record a call of a role and return whether it is allowed.

        As within one AWS account, an identity or a resource policy must allow it and none may deny it.
        """
        allowed = self._is_allowed(role_arn, action, resource, context or {})
        self._record(role_arn, action, resource, allowed, (context or {}).get("s3:prefix"))
        return allowed or self.mode == "record"

    def allows_one_of(self, role_arns: Sequence[str], action: str, resource: str) -> bool:
        """Return whether one of several roles may make a call, when it is not known which of them made it.

        The call is recorded for the first role that may make it, or for the first of all if none may.
        """
        allowed = (role for role in role_arns if self._is_allowed(role, action, resource, {}))
        return self.allows_role(next(allowed, role_arns[0]), action, resource)

    def _is_allowed(self, role_arn: str, action: str, resource: str, context: Mapping[str, Value]) -> bool:
        request = Request(role_arn, action, resource, {**self._common_keys(role_arn), **context})
        identity = decide(self.identity_statements(role_arn), request)
        attached = decide(self.resource_statements(resource), request, is_resource_policy=True)
        return Decision.DENY not in (identity, attached) and Decision.ALLOW in (identity, attached)

    def has_grant(self, role_arn: str, action: str, resource: str) -> bool:
        """Return whether a role's own policies allow a call, in any mode and without recording it."""
        request = Request(role_arn, action, resource, self._common_keys(role_arn))
        return decide(self.identity_statements(role_arn), request) is Decision.ALLOW

    def allows_service(self, service: str, action: str, resource: str, source_arn: str) -> bool:
        """Return whether a resource's policy allows a call of a service such as `events.amazonaws.com`."""
        keys = {"aws:SourceArn": source_arn, "aws:SourceAccount": self.context.account}
        request = Request(service, action, resource, {"aws:SecureTransport": "true", **keys})
        decision = decide(self.resource_statements(resource), request, is_resource_policy=True)
        return decision is Decision.ALLOW or self.mode == "record"

    def trusts(self, role_arn: str, service: str, source_arn: str) -> bool:
        """Return whether a role's trust policy lets a service assume it for the resource `source_arn`."""
        role = self._role(role_arn)
        if role is None:
            return False
        keys = {"aws:SourceAccount": self.context.account, "aws:SourceArn": source_arn}
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
        return None

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

    def _record(self, role_arn: str, action: str, resource: str, allowed: bool, prefix: Value | None) -> None:
        call = (role_arn, action, resource, allowed, prefix)
        with self._lock:
            if call in self._seen:
                return
            self._seen.add(call)
        entry = {"role": role_arn, "action": action, "resource": resource, "allowed": allowed}
        if prefix is not None:
            entry["prefix"] = prefix
        self.context.record("iam-calls", entry)
