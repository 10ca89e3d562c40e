"""The topic of notifications: who may publish, and its encryption."""

from __future__ import annotations

from pathlib import Path

from infra.foundation.config import config_for
from lake.model.discovery import load_domains
from lake.naming import Names
from tests.infra.assembly import ACCOUNT, REGION, Assembly, Resource, Stack
from tests.infra.conftest import DOMAIN, STREAMER, synthesised

CLOUDWATCH = {"Service": "cloudwatch.amazonaws.com"}


def statements(stack: Stack) -> list[Resource]:
    found: list[Resource] = stack.of_type("AWS::SNS::TopicPolicy")[0]["PolicyDocument"]["Statement"]
    return found


def test_alarms_of_this_account_may_publish_to_the_topic(shop: Stack) -> None:
    allowed = [s for s in statements(shop) if s["Effect"] == "Allow"]
    assert [(s["Principal"], s["Action"], s["Condition"]) for s in allowed] == [
        (CLOUDWATCH, "sns:Publish", {"StringEquals": {"aws:SourceAccount": ACCOUNT}})
    ]


def test_topic_is_tls_only(shop: Stack) -> None:
    denied = [s for s in statements(shop) if s["Effect"] == "Deny"]
    assert denied[0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_topic_of_dev_is_not_encrypted_with_a_key(shop: Stack, names: Names) -> None:
    assert "KmsMasterKeyId" not in shop.named("AWS::SNS::Topic", names.topic(DOMAIN))


def test_alarms_and_the_pipeline_may_use_the_key_of_prod(prod: Assembly) -> None:
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
    events = {"Service": "events.amazonaws.com"}
    for statement in [s for s in key["KeyPolicy"]["Statement"] if s["Principal"] == events]:
        # A call of EventBridge that does not name its rule must not be refused.
        assert list(statement["Condition"]) == ["ArnEqualsIfExists"]
    role = stack.role(names.role(DOMAIN, "state-machine"))
    assert any("kms:GenerateDataKey" in s["Action"] for s in role)


def test_configured_address_is_subscribed(shop: Stack, tmp_path: Path) -> None:
    config = config_for("dev", alarm_email="data@example.org")
    assembly = synthesised(tmp_path, config=config, domains=load_domains()[:1])
    subscriptions = [r for _, r in assembly.resources() if r["Type"] == "AWS::SNS::Subscription"]
    assert [s["Properties"]["Endpoint"] for s in subscriptions] == ["data@example.org"]
    assert shop.of_type("AWS::SNS::Subscription") == []


def test_rule_for_failed_streams_may_use_the_key_of_prod(prod: Assembly) -> None:
    stack = prod.stack(Names(env="prod", account=ACCOUNT, region=REGION).stack(STREAMER))
    key = stack.of_type("AWS::KMS::Key")[0]["KeyPolicy"]["Statement"]
    assert {"Service": "events.amazonaws.com"} in [statement["Principal"] for statement in key]
