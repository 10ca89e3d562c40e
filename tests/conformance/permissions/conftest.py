"""A local cloud with one bucket and one role, whose policy each test gives."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conformance.permissions.grants import Privileges
from localcloud.server import LocalCloud

ROLE = "caudal-dev-shop-job"
LAKE = "arn:aws:s3:::lake"

Policy = Callable[..., Privileges]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A running local cloud."""
    with LocalCloud(tmp_path_factory.mktemp("home")) as running:
        running.client("s3").create_bucket(Bucket="lake")
        trust: dict[str, Any] = {"Version": "2012-10-17", "Statement": []}
        running.client("iam").create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trust))
        yield running


@pytest.fixture
def policy(cloud: LocalCloud) -> Policy:
    """A function that gives the role its statements and returns its privileges."""

    def put(*statements: dict[str, Any]) -> Privileges:
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        cloud.client("iam").put_role_policy(RoleName=ROLE, PolicyName="own", PolicyDocument=document)
        return Privileges.of(cloud)

    return put


def allow(actions: str | list[str], resources: str | list[str], **condition: Any) -> dict[str, Any]:
    """A statement; `condition` maps operators to conditions."""
    statement: dict[str, Any] = {"Effect": "Allow", "Action": actions, "Resource": resources}
    return {**statement, "Condition": condition} if condition else statement
