"""ARNs and ARN patterns that policies name."""

from __future__ import annotations

import re

from infra.foundation.arns import Arns
from lake.naming import Names
from tests.infra.assembly import ACCOUNT, REGION


def test_arns_have_partition_region_and_account(names: Names) -> None:
    arns = Arns(names=names, partition="aws-cn")
    assert arns.job("load") == f"arn:aws-cn:glue:{REGION}:{ACCOUNT}:job/load"
    assert arns.state_machine("flow") == f"arn:aws-cn:states:{REGION}:{ACCOUNT}:stateMachine:flow"
    assert arns.role("reader") == f"arn:aws-cn:iam::{ACCOUNT}:role/reader"


def test_objects_have_one_pattern_per_prefix(names: Names) -> None:
    arns = Arns(names=names, partition="aws")
    assert arns.objects("lake", "bronze/", "silver/") == [
        "arn:aws:s3:::lake/bronze/*",
        "arn:aws:s3:::lake/silver/*",
    ]


def test_pattern_of_a_secret_matches_six_more_characters(names: Names) -> None:
    pattern = Arns(names=names, partition="aws").secret("token")
    assert re.fullmatch(r".*:secret:token-\?{6}", pattern)
