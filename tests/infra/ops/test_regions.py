"""A second region of an account is refused before anything is changed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from infra.ops import regions
from infra.ops.regions import RegionError, check
from lake.naming import Names
from tests.infra.assembly import ACCOUNT, REGION

HERE = Names(env="dev", account=ACCOUNT, region=REGION)


def with_role(session: boto3.Session) -> None:
    session.client("iam").create_role(RoleName=HERE.uploader_role, AssumeRolePolicyDocument="{}")


def test_first_deployment_in_an_account_is_allowed(session: boto3.Session) -> None:
    said: list[str] = []
    check(session, HERE, said.append)
    assert said == []


def with_stacks(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    monkeypatch.setattr(regions, "_is_deployed", lambda _, here: here.stack("storage") in names)


def test_repeated_deployment_in_its_region_is_allowed(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_role(session)
    with_stacks(monkeypatch, HERE.stack("storage"))
    check(session, HERE, print)


def test_stack_that_does_not_exist_is_not_deployed() -> None:
    client = boto3.client(
        "cloudformation", region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test"
    )
    with Stubber(client) as stub:
        stub.add_client_error("describe_stacks", "ValidationError", "does not exist")
        stub.add_client_error("describe_stacks", "AccessDenied", "not authorized")
        session = cast(boto3.Session, SimpleNamespace(client=lambda *_, **__: client))
        assert not regions._is_deployed(session, HERE)
        with pytest.raises(ClientError, match="not authorized"):
            regions._is_deployed(session, HERE)


def test_second_region_is_refused_with_the_remedy(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_role(session)
    with_stacks(monkeypatch)
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
