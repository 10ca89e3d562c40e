"""Each grant is needed, or is found."""

from __future__ import annotations

from conformance.permissions.calls import Call
from tests.conformance.permissions.conftest import LAKE, ROLE, Policy, allow


def put(key: str) -> Call:
    return Call(ROLE, "s3:PutObject", f"{LAKE}/{key}")


def listed(prefix: str) -> Call:
    return Call(ROLE, "s3:ListBucket", LAKE, (("s3:prefix", prefix),))


def test_each_action_on_each_resource_under_each_value_is_a_grant(policy: Policy) -> None:
    privileges = policy(
        allow(["s3:GetObject", "s3:PutObject"], [f"{LAKE}/a/*", f"{LAKE}/b/*"]),
        allow("s3:ListBucket", LAKE, StringLike={"s3:prefix": ["a/*", "b/*"]}),
        {"Effect": "Deny", "Action": "s3:*", "Resource": "*"},
    )
    assert [str(grant) for grant in privileges.grants()] == [
        f"{ROLE} s3:GetObject {LAKE}/a/*",
        f"{ROLE} s3:GetObject {LAKE}/b/*",
        f"{ROLE} s3:PutObject {LAKE}/a/*",
        f"{ROLE} s3:PutObject {LAKE}/b/*",
        f"{ROLE} s3:ListBucket {LAKE} s3:prefix=a/*",
        f"{ROLE} s3:ListBucket {LAKE} s3:prefix=b/*",
    ]


def test_grant_without_a_call_is_not_needed(policy: Policy) -> None:
    privileges = policy(allow("s3:PutObject", [f"{LAKE}/a/*", f"{LAKE}/b/*"]))
    assert [grant.resource for grant in privileges.needed([put("a/1")])] == [f"{LAKE}/a/*"]


def test_of_two_grants_for_the_same_calls_neither_is_needed(policy: Policy) -> None:
    privileges = policy(allow("s3:PutObject", [f"{LAKE}/a/*", f"{LAKE}/a/b/*"]))
    assert privileges.needed([put("a/b/1")]) == set()


def test_value_of_a_condition_is_needed_for_itself(policy: Policy) -> None:
    privileges = policy(
        allow("s3:ListBucket", LAKE, StringLike={"s3:prefix": ["a/*", "b/*"]}),
        allow("s3:ListBucket", LAKE, Null={"s3:prefix": "true"}),
    )
    assert [grant.values for grant in privileges.needed([listed("b/1")])] == [(("s3:prefix", "b/*"),)]
    [grant] = privileges.needed([Call(ROLE, "s3:ListBucket", LAKE)])
    assert grant.statement["Condition"] == {"Null": {"s3:prefix": "true"}}


def test_call_is_wrong_if_it_is_decided_otherwise_than_recorded(policy: Policy) -> None:
    privileges = policy(allow("s3:PutObject", f"{LAKE}/a/*"))
    denied = Call(ROLE, "s3:PutObject", f"{LAKE}/c/1", allowed=False)
    gone = Call(ROLE, "s3:PutObject", f"{LAKE}/a/1", allowed=False)
    assert privileges.wrong([put("a/1"), put("b/1"), denied, gone]) == sorted([put("b/1"), gone])


def test_hashes_of_assets_are_left_out(policy: Policy) -> None:
    privileges = policy(allow("s3:GetObject", f"arn:aws:s3:::cdk-x-assets-1-r/{'0a' * 32}.zip"))
    assert [grant.resource for grant in privileges.grants()] == ["arn:aws:s3:::cdk-x-assets-1-r/~.zip"]
