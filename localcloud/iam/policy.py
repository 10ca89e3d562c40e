"""IAM policy evaluation: decides on a request from statements, independently of moto and HTTP."""

from __future__ import annotations

import enum
import functools
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from localcloud.errors import UnsupportedError

Statement = Mapping[str, Any]
Value = str | tuple[str, ...]
"""Value of a condition key; a tuple for keys with several values, e.g. `dynamodb:LeadingKeys`."""


class Decision(enum.Enum):
    """The decision of a set of statements. SILENT: no statement applies, which is no permission."""

    ALLOW = "allow"
    DENY = "deny"
    SILENT = "silent"


@dataclass(frozen=True)
class Request:
    """A call in terms of IAM: an action such as `sqs:SendMessage` on a resource ARN, with condition keys.

    `principal` is the ARN of a role, or the name of a service such as `events.amazonaws.com`.
    """

    principal: str
    action: str
    resource: str
    context: Mapping[str, Value] = field(default_factory=dict)


def statements_of(document: str | Mapping[str, Any]) -> Sequence[Statement]:
    """Return the statements of a policy document, which is JSON text or parsed."""
    if isinstance(document, str):
        return _parsed(document)
    return _as_list(document.get("Statement", []))


@functools.lru_cache(maxsize=1024)
def _parsed(document: str) -> Sequence[Statement]:
    return _as_list(json.loads(document).get("Statement", []))


def decide(
    statements: Iterable[Statement], request: Request, *, is_resource_policy: bool = False
) -> Decision:
    """Return the decision of identity statements, or with `is_resource_policy` of those that name principals.

    One applicable Deny outweighs all Allows. Raises UnsupportedError for an unknown condition operator.
    """
    decision = Decision.SILENT
    for statement in statements:
        if not _applies(statement, request, is_resource_policy):
            continue
        if statement["Effect"] == "Deny":
            return Decision.DENY
        decision = Decision.ALLOW
    return decision


def residual_conditions(
    statement: Statement, request: Request, free: str, *, is_resource_policy: bool = False
) -> list[tuple[str, list[str]]] | None:
    """Return a statement's conditions on the key `free` as (operator, values), if all else of it applies.

    All else is principal, action, and the conditions on other keys; resources are not compared. None if the
    statement does not apply. Raises UnsupportedError for an unknown condition operator.
    """
    if is_resource_policy and not _principal_matches(statement, request):
        return None
    if not _matches_either(statement, "Action", request.action, ignore_case=True):
        return None
    residual = []
    for operator, keys in statement.get("Condition", {}).items():
        for key, wanted in keys.items():
            if key.lower() == free.lower():
                residual.append((operator, [str(value) for value in _as_list(wanted)]))
            elif not _condition_holds(operator, key, _as_list(wanted), request):
                return None
    return residual


def resources_named(statement: Statement) -> tuple[bool, list[str]]:
    """Return whether a statement names the resources that it excludes (NotResource), and their patterns."""
    negated = "NotResource" in statement
    return negated, _as_list(statement["NotResource"] if negated else statement.get("Resource", "*"))


def _applies(statement: Statement, request: Request, is_resource_policy: bool) -> bool:
    if is_resource_policy and not _principal_matches(statement, request):
        return False
    return (
        _matches_either(statement, "Action", request.action, ignore_case=True)
        and _matches_either(statement, "Resource", request.resource)
        and all(
            _condition_holds(operator, key, _as_list(wanted), request)
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _matches_either(statement: Statement, element: str, value: str, *, ignore_case: bool = False) -> bool:
    """Return whether `Action` or `NotAction` (`Resource` or `NotResource`) covers the value."""
    if (negated := f"Not{element}") in statement:
        return not any(matches(p, value, ignore_case=ignore_case) for p in _as_list(statement[negated]))
    # A policy without Resource (a role's trust policy) covers the resource that it is attached to.
    return any(matches(p, value, ignore_case=ignore_case) for p in _as_list(statement.get(element, "*")))


def _principal_matches(statement: Statement, request: Request) -> bool:
    if "NotPrincipal" in statement:
        return not _names_principal(statement["NotPrincipal"], request)
    return _names_principal(statement.get("Principal", {}), request)


def _names_principal(principal: Any, request: Request) -> bool:
    if principal == "*":
        return True
    if request.principal in _as_list(principal.get("Service", [])):
        return True
    account = str(request.context.get("aws:PrincipalAccount", ""))
    root = {account, f"arn:aws:iam::{account}:root"} if account else set()
    return any(
        named == "*" or named == request.principal or named in root
        for named in _as_list(principal.get("AWS", []))
    )


@functools.lru_cache(maxsize=4096)
def _pattern(text: str, ignore_case: bool) -> re.Pattern[str]:
    escaped = "".join({"*": ".*", "?": "."}.get(c) or re.escape(c) for c in text)
    return re.compile(escaped, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def matches(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    """Return whether a policy's pattern with `*` and `?` matches the whole value."""
    return _pattern(pattern, ignore_case).fullmatch(value) is not None


_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, found: wanted == found,
    "StringEqualsIgnoreCase": lambda wanted, found: wanted.lower() == found.lower(),
    "StringLike": lambda wanted, found: matches(wanted, found),
    "ArnEquals": lambda wanted, found: matches(wanted, found),
    "ArnLike": lambda wanted, found: matches(wanted, found),
    "Bool": lambda wanted, found: wanted.lower() == found.lower(),
    "NumericEquals": lambda wanted, found: float(found) == float(wanted),
    "NumericLessThan": lambda wanted, found: float(found) < float(wanted),
    "NumericLessThanEquals": lambda wanted, found: float(found) <= float(wanted),
    "NumericGreaterThan": lambda wanted, found: float(found) > float(wanted),
    "NumericGreaterThanEquals": lambda wanted, found: float(found) >= float(wanted),
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
}


def _condition_holds(operator: str, key: str, wanted: Sequence[Any], request: Request) -> bool:
    """Return whether a request fulfils a condition, with the `IfExists` suffix and the set qualifiers."""
    qualifier, _, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    found = _context_value(key, request)
    texts = [str(value).lower() if isinstance(value, bool) else str(value) for value in wanted]
    if name == "Null":
        return any((found is None) == (text.lower() == "true") for text in texts)
    if name not in _COMPARISONS and name not in _NEGATED:
        raise UnsupportedError(
            f"the condition operator '{operator}' cannot be evaluated locally.", where="IAM policy"
        )
    if found is None:
        # As on AWS, a missing key fails a positive comparison and fulfils a negated one.
        return if_exists or name in _NEGATED or qualifier == "ForAllValues"
    of_each = all if name in _NEGATED or qualifier == "ForAllValues" else any
    values = (found,) if isinstance(found, str) else found
    return of_each(_holds(name, texts, value) for value in values)


def _holds(name: str, texts: Sequence[str], value: str) -> bool:
    if name in _NEGATED:
        return not any(_COMPARISONS[_NEGATED[name]](text, value) for text in texts)
    return any(_COMPARISONS[name](text, value) for text in texts)


def _context_value(key: str, request: Request) -> Value | None:
    lowered = key.lower()
    return next((value for name, value in request.context.items() if name.lower() == lowered), None)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
