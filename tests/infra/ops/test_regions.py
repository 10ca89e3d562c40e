"""A second region of an account is refused before anything is changed."""

from __future__ import annotations

import json

import boto3
import pytest

from infra.ops.regions import RegionError, check
from lake.naming import Names
from tests.infra.assembly import ACCOUNT, REGION

HERE = Names(env="dev", account=ACCOUNT, region=REGION)
TEMPLATE = json.dumps({"Resources": {"T": {"Type": "AWS::SNS::Topic"}}})


def with_role(session: boto3.Session) -> None:
    session.client("iam").create_role(RoleName=HERE.uploader_role, AssumeRolePolicyDocument="{}")


def test_first_deployment_in_an_account_is_allowed(session: boto3.Session) -> None:
    said: list[str] = []
    check(session, HERE, said.append)
    assert said == []


def test_repeated_deployment_in_its_region_is_allowed(session: boto3.Session) -> None:
    with_role(session)
    stacks = session.client("cloudformation", region_name=REGION)
    stacks.create_stack(StackName=HERE.stack("storage"), TemplateBody=TEMPLATE)
    check(session, HERE, print)


def test_second_region_is_refused_with_the_remedy(session: boto3.Session) -> None:
    with_role(session)
    with pytest.raises(RegionError, match="exists in another region of this account") as raised:
        check(session, HERE, print)
    assert raised.value.where == f"account {ACCOUNT}"
    assert "--region" in str(raised.value.hint)


def test_caller_who_may_not_ask_is_told(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    denied = session.client("iam")
    answer = {"Error": {"Code": "AccessDenied", "Message": "not authorized"}}

    def get_role(**_: str) -> None:
        raise denied.exceptions.ClientError(answer, "GetRole")

    monkeypatch.setattr(denied, "get_role", get_role)
    monkeypatch.setattr(session, "client", lambda *_, **__: denied)
    said: list[str] = []
    check(session, HERE, said.append)
    assert said[0].startswith("Whether another region has the environment dev is not known")
