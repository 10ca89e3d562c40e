"""Roles with inline statements, limited to prefixes and to their account."""

from __future__ import annotations

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from infra.foundation.arns import Arns
from infra.foundation.roles import Role, service
from lake.errors import CaudalError
from lake.naming import Names
from tests.infra.assembly import ACCOUNT, REGION, Resource

NAMES = Names(env="dev", account=ACCOUNT, region=REGION)


def synthesised(*, write: bool = False, missing: bool = False, probe: bool | None = None) -> Resource:
    stack = Stack(App(), "Stack")
    role = Role(
        stack,
        "Role",
        name="reader",
        principal=service("pipes", account=ACCOUNT, source_arn="arn:aws:pipes:::pipe/p"),
        description="Reads.",
        arns=Arns(names=NAMES, partition="aws"),
    )
    role.read("bucket", "bronze/shop/")
    if write:
        role.write("bucket", "bronze/shop/")
    if missing:
        role.see_missing("bucket")
    if probe is not None:
        role.probe("bucket", "bronze/shop/", parents=probe)
    template = Template.from_stack(stack).to_json()
    roles = [r["Properties"] for r in template["Resources"].values() if r["Type"] == "AWS::IAM::Role"]
    assert len(template["Resources"]) == 1
    properties: Resource = roles[0]
    return properties


def test_statements_are_inline() -> None:
    statements = synthesised()["Policies"][0]["PolicyDocument"]["Statement"]
    assert {"Action": "s3:GetObject", "Effect": "Allow", "Resource": "arn:aws:s3:::bucket/bronze/shop/*"} in (
        statements
    )


def test_read_permission_does_not_allow_writing() -> None:
    assert "PutObject" not in str(synthesised())
    assert "PutObject" in str(synthesised(write=True))


def test_wildcard_in_a_resource_needs_a_reason() -> None:
    arns = Arns(names=NAMES, partition="aws")
    role = Role(
        Stack(App(), "S"),
        "R",
        name="r",
        principal=service("pipes", account=ACCOUNT),
        description="-",
        arns=arns,
    )
    with pytest.raises(CaudalError, match="is acknowledged without a reason"):
        role.allow(("s3:GetObject",), ["arn:aws:s3:::bucket/*"])


def listings(statements: list[Resource]) -> list[Resource]:
    return [s["Condition"] for s in statements if s["Action"] == "s3:ListBucket"]


def test_listing_is_limited_to_the_prefix() -> None:
    statements = synthesised()["Policies"][0]["PolicyDocument"]["Statement"]
    assert listings(statements) == [{"StringLike": {"s3:prefix": ["bronze/shop/*"]}}]


def test_missing_keys_are_seen_by_calls_without_a_prefix() -> None:
    statements = synthesised(missing=True)["Policies"][0]["PolicyDocument"]["Statement"]
    assert listings(statements)[1:] == [{"Null": {"s3:prefix": "true"}}]


def test_probed_folders_may_be_asked_for_by_their_keys_without_slash() -> None:
    def granted(parents: bool) -> object:
        document = synthesised(probe=parents)["Policies"][0]["PolicyDocument"]
        return document["Statement"][2:]

    folder, parent = "arn:aws:s3:::bucket/bronze/shop", "arn:aws:s3:::bucket/bronze"
    assert granted(parents=False) == [{"Action": "s3:GetObject", "Effect": "Allow", "Resource": folder}]
    assert granted(parents=True) == [
        {"Action": "s3:GetObject", "Effect": "Allow", "Resource": [parent, folder]},
        {
            "Action": "s3:ListBucket",
            "Effect": "Allow",
            "Resource": "arn:aws:s3:::bucket",
            "Condition": {"StringEquals": {"s3:prefix": ["bronze/"]}},
        },
    ]


def test_service_may_act_for_the_given_account_and_resource_only() -> None:
    trust = synthesised()["AssumeRolePolicyDocument"]["Statement"][0]
    assert trust["Principal"] == {"Service": "pipes.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": "arn:aws:pipes:::pipe/p"},
    }


def test_account_is_compared_only_if_an_undocumented_service_names_it() -> None:
    principal = service("glue", account=ACCOUNT, is_documented=False)
    assert principal.policy_fragment.conditions == {"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}}
