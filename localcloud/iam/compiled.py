"""A role's policies on S3, compiled for the file system of Spark, which decides without asking the server.

All conditions are evaluated here, except those on `s3:prefix`: its value differs from call to call.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from localcloud.errors import UnsupportedError
from localcloud.iam.evaluator import Evaluator
from localcloud.iam.policy import Statement, residual_conditions, resources_named

ACTIONS = ("s3:GetObject", "s3:ListBucket", "s3:PutObject", "s3:DeleteObject")
"""The actions of the calls that S3A makes for Spark's reads and writes."""

PREFIX = "s3:prefix"
_KEYS = {"s3:PutObject": {"s3:ObjectCreationOperation": "true"}}
"""Condition keys of S3A's calls by action. It sends neither If-None-Match nor an encryption header."""

_COMPARISONS = {
    "StringEquals": ("equals", False),
    "StringLike": ("like", False),
    "StringNotEquals": ("equals", True),
    "StringNotLike": ("like", True),
    "Null": ("null", False),
}
"""Condition operator → comparison and whether it is negated, in the names of `Permissions.java`."""


def compile_permissions(evaluator: Evaluator, role_arn: str, buckets: Iterable[str]) -> dict[str, Any]:
    """Return the role's permissions on S3 as JSON for the class `Permissions` of the Spark worker.

    `buckets` are those whose policies count. Raises UnsupportedError for a condition on `s3:prefix` whose
    operator the class does not know.
    """
    rules = _rules(evaluator, role_arn, evaluator.identity_statements(role_arn))
    for bucket in buckets:
        attached = evaluator.resource_statements(f"arn:aws:s3:::{bucket}")
        rules += _rules(evaluator, role_arn, attached, bucket)
    return {"role": role_arn, "enforced": evaluator.mode == "enforce", "rules": rules}


def _rules(
    evaluator: Evaluator, role_arn: str, statements: Iterable[Statement], bucket: str = ""
) -> list[dict[str, Any]]:
    """Return one rule per statement and action; `bucket` is the one that the statements are attached to."""
    rules = []
    for statement in statements:
        for action in ACTIONS:
            request = evaluator.request_of(role_arn, action, "", _KEYS.get(action, {}))
            residual = residual_conditions(statement, request, PREFIX, is_resource_policy=bool(bucket))
            if residual is None:
                continue
            negated, resources = resources_named(statement)
            rules.append(
                {
                    "bucket": bucket,
                    "action": action,
                    "deny": statement["Effect"] == "Deny",
                    "negated": negated,
                    "resources": resources,
                    "conditions": [_condition(operator, values) for operator, values in residual],
                }
            )
    return rules


def _condition(operator: str, values: list[str]) -> dict[str, Any]:
    name = operator.removesuffix("IfExists")
    if name not in _COMPARISONS:
        raise UnsupportedError(
            f"the condition '{operator}' on {PREFIX} cannot be evaluated in Spark's file system.",
            where="IAM policy",
            hint=f"Use one of {', '.join(_COMPARISONS)}.",
        )
    comparison, negated = _COMPARISONS[name]
    return {
        "comparison": comparison,
        "negated": negated,
        "ifExists": name != operator,
        "values": [value.lower() for value in values] if comparison == "null" else values,
    }
