"""A role's policies on S3, compiled for Spark's file system."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.errors import UnsupportedError
from localcloud.iam.compiled import compile_permissions
from localcloud.iam.evaluator import Evaluator
from localcloud.server import LocalCloud
from tests.localcloud.assembly import ROLE_ARN, allow, resource, role

BUCKET = "compiled"
ARN = f"arn:aws:s3:::{BUCKET}"
PREFIXES = {"s3:prefix": ["open/*"]}


@pytest.fixture(scope="module", autouse=True)
def stack(cloud: LocalCloud, deploy: Any) -> None:
    others = {"ArnNotEquals": {"aws:PrincipalArn": f"{ROLE_ARN}/writer"}}
    denial = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:PutObject", "s3:PutBucketPolicy"],
        "Resource": f"{ARN}/*",
        "Condition": others,
    }
    deploy(
        {
            "compiled": {
                "Bucket": resource("AWS::S3::Bucket", BucketName=BUCKET),
                "Policy": resource(
                    "AWS::S3::BucketPolicy",
                    Bucket={"Ref": "Bucket"},
                    PolicyDocument={"Version": "2012-10-17", "Statement": [denial]},
                ),
                "Reader": role(
                    "reader",
                    "glue.amazonaws.com",
                    allow(["s3:Get*", "glue:GetTable"], [f"{ARN}/open/*"]),
                    allow(["s3:ListBucket"], [ARN], Condition={"StringLikeIfExists": PREFIXES}),
                    allow(["s3:PutObject"], ["*"], Condition={"Bool": {"aws:SecureTransport": "false"}}),
                ),
                "Writer": role("writer", "glue.amazonaws.com", allow(["s3:PutObject"], [f"{ARN}/*"])),
                "Odd": role(
                    "odd",
                    "glue.amazonaws.com",
                    allow(["s3:ListBucket"], [ARN], Condition={"NumericEquals": {"s3:prefix": "1"}}),
                ),
            }
        }
    )


def rules(cloud: LocalCloud, name: str) -> list[dict[str, Any]]:
    """The rules of a role, without the fields that are the same in all of them."""
    found = compile_permissions(Evaluator(cloud.context), f"{ROLE_ARN}/{name}", [BUCKET])
    return [{k: v for k, v in each.items() if k != "negated"} for each in found["rules"]]


def test_only_conditions_on_the_prefix_remain(cloud: LocalCloud) -> None:
    like = {"comparison": "like", "negated": False, "ifExists": True, "values": ["open/*"]}
    given = {"bucket": "", "deny": False}
    assert rules(cloud, "reader") == [
        {**given, "action": "s3:GetObject", "resources": [f"{ARN}/open/*"], "conditions": []},
        {**given, "action": "s3:ListBucket", "resources": [ARN], "conditions": [like]},
        {
            "bucket": BUCKET,
            "deny": True,
            "action": "s3:PutObject",
            "resources": [f"{ARN}/*"],
            "conditions": [],
        },
    ]


def test_denial_of_others_is_no_rule_of_the_role_itself(cloud: LocalCloud) -> None:
    assert [(each["bucket"], each["deny"]) for each in rules(cloud, "writer")] == [("", False)]


def test_mode_record_is_not_enforced(cloud: LocalCloud) -> None:
    found = [
        compile_permissions(Evaluator(cloud.context, mode), f"{ROLE_ARN}/writer", [BUCKET])["enforced"]
        for mode in ("enforce", "record")
    ]  # fmt: skip
    assert found == [True, False]


def test_unknown_condition_on_the_prefix_is_refused(cloud: LocalCloud) -> None:
    with pytest.raises(UnsupportedError, match="'NumericEquals' on s3:prefix") as error:
        rules(cloud, "odd")
    assert "StringLike" in str(error.value.hint)
