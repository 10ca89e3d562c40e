"""What the policies of roles grant, piece by piece, and which pieces the recorded calls need."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from conformance.permissions.calls import Call, without_hashes
from lake.naming import PROJECT
from localcloud.iam.evaluator import Evaluator
from localcloud.iam.policy import Decision, Request, Statement, decide
from localcloud.server import LocalCloud

_LISTED = ("StringEquals", "StringLike", "ArnLike", "Null")
"""Operators of which one value suffices: each value of a list is a grant of its own."""


@dataclass(frozen=True, order=True)
class Grant:
    """One action on one resource for one role, under one value of each listed condition."""

    role: str
    action: str
    resource: str
    values: tuple[tuple[str, str], ...] = ()
    """Condition key → the one value."""
    statement: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """The statement that grants this and nothing else."""

    def __str__(self) -> str:
        values = "".join(f" {key}={value}" for key, value in self.values)
        return f"{self.role} {self.action} {self.resource}{values}"

    def allows(self, request: Request) -> bool:
        """Return whether this grant alone allows a request."""
        return decide([self.statement], request) is Decision.ALLOW


def grants_of(role: str, statements: Iterable[Statement]) -> Iterator[Grant]:
    """Yield the single grants of a role's statements. Statements that deny grant nothing."""
    for statement in statements:
        if statement["Effect"] != "Allow":
            continue
        choices, fixed = _conditions(statement)
        for action, resource, *values in product(
            _as_list(statement["Action"]), _as_list(statement["Resource"]), *choices
        ):
            condition: dict[str, dict[str, Any]] = {name: dict(keys) for name, keys in fixed.items()}
            for operator, key, value in values:
                condition.setdefault(operator, {})[key] = value
            single = {"Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition}
            chosen = tuple((key, value) for _, key, value in values)
            yield Grant(role, action, resource, chosen, single)


def _conditions(
    statement: Statement,
) -> tuple[list[list[tuple[str, str, str]]], dict[str, dict[str, Any]]]:
    """Return the conditions that list values, as (operator, key, value) each, and all other conditions."""
    choices: list[list[tuple[str, str, str]]] = []
    fixed: dict[str, dict[str, Any]] = {}
    for operator, keys in statement.get("Condition", {}).items():
        for key, wanted in keys.items():
            if operator.removesuffix("IfExists") in _LISTED:
                choices.append([(operator, key, str(value)) for value in _as_list(wanted)])
            else:
                fixed.setdefault(operator, {})[key] = wanted
    return choices, fixed


class Privileges:
    """What the roles of a deployment are granted: by their own statements, and by policies of resources."""

    def __init__(self, evaluator: Evaluator, statements: Mapping[str, Sequence[Statement]]) -> None:
        """`statements` are those of each role, by its name; `evaluator` knows the policies of resources."""
        self.evaluator = evaluator
        self.by_role = dict(sorted(statements.items()))

    @classmethod
    def of(cls, cloud: LocalCloud) -> Privileges:
        """Return the privileges of the roles that a local cloud in this process has deployed."""
        pages = cloud.client("iam").get_paginator("list_roles").paginate()
        roles = {role["RoleName"]: role["Arn"] for page in pages for role in page["Roles"]}
        evaluator = Evaluator(cloud.context)
        own = {name: arn for name, arn in roles.items() if name.startswith(f"{PROJECT}-")}
        return cls(evaluator, {name: _read(evaluator, arn) for name, arn in own.items()})

    def statements(self, role: str) -> Sequence[Statement]:
        """Return the statements of a role's own policies, none for a role of another deployment."""
        return self.by_role.get(role, ())

    def grants(self) -> list[Grant]:
        """Return every single grant of every role."""
        return [grant for role, own in self.by_role.items() for grant in grants_of(role, own)]

    def wrong(self, calls: Iterable[Call]) -> list[Call]:
        """Return the calls that the policies decide otherwise than they were decided when recorded."""
        return [call for call in sorted(calls) if self._is_allowed(call) is not call.allowed]

    def needed(self, calls: Iterable[Call]) -> set[Grant]:
        """Return the grants without which some allowed call would be denied.

        A call that several grants allow, or the policy of its resource, needs none of them.
        """
        grants = {role: list(grants_of(role, own)) for role, own in self.by_role.items()}
        needed: set[Grant] = set()
        for call in calls:
            request = self._request(call)
            if not call.allowed or self._is_allowed_by_resource(request):
                continue
            allowing = [grant for grant in grants.get(call.role, ()) if grant.allows(request)]
            if len(allowing) == 1:
                needed.update(allowing)
        return needed

    def _is_allowed(self, call: Call) -> bool:
        request = self._request(call)
        attached = decide(self.evaluator.resource_statements(call.resource), request, is_resource_policy=True)
        own = decide(self.statements(call.role), request)
        return Decision.DENY not in (own, attached) and Decision.ALLOW in (own, attached)

    def _is_allowed_by_resource(self, request: Request) -> bool:
        statements = self.evaluator.resource_statements(request.resource)
        return decide(statements, request, is_resource_policy=True) is Decision.ALLOW

    def _request(self, call: Call) -> Request:
        return self.evaluator.request_of(self._arn(call.role), call.action, call.resource, dict(call.keys))

    def _arn(self, role: str) -> str:
        return f"arn:aws:iam::{self.evaluator.context.account}:role/{role}"


def _read(evaluator: Evaluator, role_arn: str) -> list[Statement]:
    return list(json.loads(without_hashes(json.dumps(list(evaluator.identity_statements(role_arn))))))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
