"""Policies are evaluated as on AWS: a Deny outweighs all Allows, and a call needs an Allow."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.errors import UnsupportedError
from localcloud.iam.policy import Decision, Request, decide, matches, statements_of

ROLE = "arn:aws:iam::123456789012:role/job"
OBJECT = "arn:aws:s3:::lake/bronze/part.parquet"


def statement(effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": "s3:*", "Resource": "*", **elements}


def request(action: str = "s3:GetObject", resource: str = OBJECT, **context: Any) -> Request:
    return Request(
        ROLE, action, resource, {name.replace("__", ":"): value for name, value in context.items()}
    )


@pytest.mark.parametrize(
    ("pattern", "value", "covered"),
    [
        ("s3:Get*", "s3:GetObject", True),
        ("s3:Get*", "s3:PutObject", False),
        ("arn:aws:s3:::lake/*", "arn:aws:s3:::lake/a/b", True),
        ("arn:aws:s3:::lake/*", "arn:aws:s3:::lake", False),
        ("table-?", "table-1", True),
        ("table-?", "table-12", False),
        ("a.c", "abc", False),
    ],
)
def test_wildcards_match_whole_values(pattern: str, value: str, covered: bool) -> None:
    assert matches(pattern, value) is covered


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([], Decision.SILENT),
        ([statement()], Decision.ALLOW),
        ([statement(), statement("Deny")], Decision.DENY),
        ([statement("Deny", Resource="arn:aws:s3:::other/*"), statement()], Decision.ALLOW),
        ([statement(Action=["s3:PutObject"])], Decision.SILENT),
        ([statement(Action="S3:getobject")], Decision.ALLOW),
        ([{"Effect": "Allow", "NotAction": "s3:Delete*", "Resource": "*"}], Decision.ALLOW),
        ([{"Effect": "Allow", "NotAction": "s3:Get*", "Resource": "*"}], Decision.SILENT),
        ([{"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::lake/*"}], Decision.SILENT),
    ],
)
def test_call_needs_an_allow_and_no_deny(statements: list[dict[str, Any]], expected: Decision) -> None:
    assert decide(statements, request()) is expected


@pytest.mark.parametrize(
    ("condition", "context", "holds"),
    [
        ({"Bool": {"aws:SecureTransport": "false"}}, {"aws__SecureTransport": "true"}, False),
        ({"Bool": {"aws:SecureTransport": False}}, {"aws__SecureTransport": "false"}, True),
        ({"StringEquals": {"s3:prefix": ["a/", "b/"]}}, {"s3__prefix": "b/"}, True),
        ({"StringEquals": {"s3:prefix": "a/"}}, {}, False),
        ({"StringEqualsIfExists": {"s3:prefix": "a/"}}, {}, True),
        ({"StringLikeIfExists": {"s3:prefix": "a/*"}}, {"s3__prefix": "b/c"}, False),
        ({"StringNotEquals": {"s3:prefix": "a/"}}, {}, True),
        ({"ArnNotEquals": {"aws:PrincipalArn": "arn:x"}}, {"aws__PrincipalArn": "arn:x"}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:*:rule/r"}}, {"aws__SourceArn": "arn:aws:events:rule/r"}, True),
        ({"Null": {"s3:if-none-match": "true"}}, {}, True),
        ({"Null": {"s3:if-none-match": "true"}}, {"s3__if-none-match": "*"}, False),
        ({"NumericLessThan": {"s3:max-keys": "10"}}, {"s3__max-keys": "5"}, True),
        ({"ForAllValues:StringEquals": {"k": ["a", "b"]}}, {"k": ("a", "b")}, True),
        ({"ForAllValues:StringEquals": {"k": ["a"]}}, {"k": ("a", "b")}, False),
        ({"ForAnyValue:StringEquals": {"k": ["a"]}}, {"k": ("a", "b")}, True),
        ({"Bool": {"b": "true"}, "StringEquals": {"s": "x"}}, {"b": "true", "s": "y"}, False),
    ],
)
def test_conditions_are_evaluated(condition: dict[str, Any], context: dict[str, Any], holds: bool) -> None:
    expected = Decision.ALLOW if holds else Decision.SILENT
    assert decide([statement(Condition=condition)], request(**context)) is expected


def test_unknown_operator_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="IpAddress"):
        decide(
            [statement(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})],
            request(aws__SourceIp="1.2.3.4"),
        )


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", Decision.ALLOW),
        ({"AWS": "*"}, Decision.ALLOW),
        ({"AWS": ROLE}, Decision.ALLOW),
        ({"AWS": "arn:aws:iam::123456789012:root"}, Decision.ALLOW),
        ({"AWS": "arn:aws:iam::123456789012:role/other"}, Decision.SILENT),
        ({"Service": "events.amazonaws.com"}, Decision.SILENT),
    ],
)
def test_resource_policies_name_principals(principal: Any, expected: Decision) -> None:
    asked = request(aws__PrincipalAccount="123456789012")
    assert decide([statement(Principal=principal)], asked, is_resource_policy=True) is expected


def test_document_may_be_text_with_a_single_statement() -> None:
    assert statements_of('{"Statement": {"Effect": "Allow"}}') == [{"Effect": "Allow"}]
