"""The evaluator decides by identity, resource and trust policies; mode `record` only records them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from localcloud.iam.evaluator import Evaluator
from localcloud.server import LocalCloud
from tests.localcloud.assembly import ACCOUNT, QUEUE_ARN, ROLE_ARN, allow, resource, role, write_assembly

OBJECT = "arn:aws:s3:::recorded/k"
WRITER, OTHER = f"{ROLE_ARN}/writer", f"{ROLE_ARN}/other"
RULE = "arn:aws:events:us-east-1:123456789012:rule/r"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A local cloud in mode `record`."""
    permission: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": f"{QUEUE_ARN}:q",
        "Condition": {"ArnEquals": {"aws:SourceArn": RULE}},
    }
    stack = {
        "Bucket": resource("AWS::S3::Bucket", BucketName="recorded"),
        "Queue": resource("AWS::SQS::Queue", QueueName="q"),
        "QueuePolicy": resource(
            "AWS::SQS::QueuePolicy",
            Queues=[{"Ref": "Queue"}],
            PolicyDocument={"Version": "2012-10-17", "Statement": [permission]},
        ),
        "Other": role("other", "states.amazonaws.com"),
        "Writer": role("writer", "glue.amazonaws.com", allow(["s3:PutObject"], ["arn:aws:s3:::recorded/*"])),
    }
    assembly = write_assembly(tmp_path_factory.mktemp("cdk.out"), {"recorded": stack})
    with LocalCloud(tmp_path_factory.mktemp("home"), mode="record") as cloud:
        cloud.deploy(assembly)
        yield cloud


@pytest.fixture
def evaluator(recording: LocalCloud) -> Evaluator:
    """An evaluator in mode `enforce` of the same policies."""
    return Evaluator(recording.context, "enforce")


def calls(cloud: LocalCloud) -> list[tuple[str, str, str, bool]]:
    """Recorded calls, oldest first."""
    lines = (cloud.context.state_dir / "iam-calls.jsonl").read_text().splitlines()
    return [
        (call["role"], call["action"], call["resource"], call["allowed"]) for call in map(json.loads, lines)
    ]


def test_mode_record_allows_a_denied_call_and_records_it(recording: LocalCloud) -> None:
    recording.client("s3", OTHER).put_object(Bucket="recorded", Key="k", Body=b"x")
    assert calls(recording) == [(OTHER, "s3:PutObject", OBJECT, False)]


def test_call_of_one_of_several_roles_is_not_recorded(recording: LocalCloud, evaluator: Evaluator) -> None:
    before = calls(recording)
    assert evaluator.allows_one_of([OTHER, WRITER], "s3:PutObject", OBJECT)
    assert not evaluator.allows_one_of([OTHER, WRITER], "s3:DeleteObject", OBJECT)
    assert calls(recording) == before


def test_call_of_the_only_role_is_recorded(recording: LocalCloud, evaluator: Evaluator) -> None:
    assert evaluator.allows_one_of([WRITER], "s3:PutObject", OBJECT)
    assert calls(recording)[-1] == (WRITER, "s3:PutObject", OBJECT, True)


@pytest.mark.parametrize(
    ("service", "condition", "trusted"),
    [
        ("states", {"StringEquals": {"aws:SourceAccount": ACCOUNT}}, True),
        ("states", {"StringEquals": {"aws:SourceAccount": "999999999999"}}, False),
        ("pipes", {"ArnLike": {"aws:SourceArn": "arn:source"}}, True),
        # Glue and Lambda do not promise to name their source.
        ("glue", {"StringEquals": {"aws:SourceAccount": ACCOUNT}}, False),
        ("glue", {"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}}, True),
        ("lambda", {"ArnLike": {"aws:SourceArn": "arn:source"}}, False),
        ("events", {"StringEquals": {"aws:SourceAccount": ACCOUNT}}, False),
    ],
)
def test_services_name_their_source_as_far_as_documented(
    recording: LocalCloud, evaluator: Evaluator, service: str, condition: dict[str, Any], trusted: bool
) -> None:
    principal = f"{service}.amazonaws.com"
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": principal},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    iam = recording.client("iam")
    policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.update_assume_role_policy(RoleName="other", PolicyDocument=policy)
    assert evaluator.trusts(OTHER, principal, "arn:source") is trusted


def test_role_trusts_only_the_service_of_its_trust_policy(evaluator: Evaluator) -> None:
    assert evaluator.trusts(WRITER, "glue.amazonaws.com", "arn:job")
    assert not evaluator.trusts(WRITER, "states.amazonaws.com", "arn:machine")
    assert not evaluator.trusts(f"{ROLE_ARN}/missing", "glue.amazonaws.com", "arn:job")


@pytest.mark.parametrize(("source", "allowed"), [(RULE, True), (f"{RULE}2", False)])
def test_service_needs_a_resource_policy_for_its_source(
    evaluator: Evaluator, source: str, allowed: bool
) -> None:
    target = f"{QUEUE_ARN}:q"
    assert evaluator.allows_service("events.amazonaws.com", "sqs:SendMessage", target, source) is allowed
