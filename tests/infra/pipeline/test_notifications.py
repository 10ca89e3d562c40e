from __future__ import annotations

import pytest

from infra.application import synthesise
from infra.foundation.config import config_for
from infra.ops.lint import ROOT
from lake.model.discovery import load_domains
from lake.naming import Names
from tests.infra.assembly import ACCOUNT, REGION, Assembly, Resource, Stack
from tests.infra.conftest import DOMAIN

CLOUDWATCH = {"Service": "cloudwatch.amazonaws.com"}


def statements(stack: Stack) -> list[Resource]:
    found: list[Resource] = stack.of_type("AWS::SNS::TopicPolicy")[0]["PolicyDocument"]["Statement"]
    return found


def test_alarms_of_this_account_reach_the_topic(shop: Stack) -> None:
    allowed = [s for s in statements(shop) if s["Effect"] == "Allow"]
    assert [(s["Principal"], s["Action"], s["Condition"]) for s in allowed] == [
        (CLOUDWATCH, "sns:Publish", {"StringEquals": {"aws:SourceAccount": ACCOUNT}})
    ]


def test_the_topic_is_tls_only(shop: Stack) -> None:
    denied = [s for s in statements(shop) if s["Effect"] == "Deny"]
    assert denied[0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_dev_has_no_key_and_never_the_managed_one(shop: Stack, names: Names) -> None:
    assert "KmsMasterKeyId" not in shop.named("AWS::SNS::Topic", names.topic(DOMAIN))


def test_the_key_of_prod_lets_alarms_and_the_pipeline_in(prod: Assembly) -> None:
    names = Names(env="prod", account=ACCOUNT, region=REGION)
    stack = prod.stack(names.stack(DOMAIN))
    key = stack.of_type("AWS::KMS::Key")[0]
    assert "Ref" in str(stack.named("AWS::SNS::Topic", names.topic(DOMAIN))["KmsMasterKeyId"]) or (
        "Fn::GetAtt" in str(stack.named("AWS::SNS::Topic", names.topic(DOMAIN))["KmsMasterKeyId"])
    )
    assert key["EnableKeyRotation"]
    assert any(
        s["Principal"] == CLOUDWATCH and set(s["Action"]) == {"kms:GenerateDataKey", "kms:Decrypt"}
        for s in key["KeyPolicy"]["Statement"]
    )
    role = stack.role(names.role(DOMAIN, "state-machine"))
    assert any("kms:GenerateDataKey" in s["Action"] for s in role)


def test_an_address_is_subscribed_where_one_is_given(
    shop: Stack, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outdir = synthesise(
        tmp_path_factory.mktemp("email") / "cdk.out",
        config=config_for("dev", alarm_email="data@example.org"),
        root=ROOT,
        account=ACCOUNT,
        region=REGION,
        domains=load_domains()[:1],
    )
    subscriptions = [r for _, r in Assembly(outdir).resources() if r["Type"] == "AWS::SNS::Subscription"]
    assert [s["Properties"]["Endpoint"] for s in subscriptions] == ["data@example.org"]
    assert shop.of_type("AWS::SNS::Subscription") == []
