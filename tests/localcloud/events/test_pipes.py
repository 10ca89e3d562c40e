"""Pipes start executions from batches of messages; failed starts end in the dead-letter queue."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from localcloud.errors import LocalCloudError
from localcloud.events.pipes import QUIET_SECONDS
from localcloud.server import LocalCloud
from tests.localcloud.assembly import (
    MACHINE_ARN,
    QUEUE_ARN,
    ROLE_ARN,
    Template,
    allow,
    machine,
    resource,
    role,
)
from tests.localcloud.conftest import Deploy
from tests.localcloud.events.rules import landing_bucket, put, queue_policy, receive, rule, to_queue

ENDED = {"Start": {"Type": "Pass", "End": True}}


def pipe(queue: str, target: str, pipe_role: str, **source: Any) -> Template:
    return resource(
        "AWS::Pipes::Pipe",
        Name=f"{queue}-pipe",
        RoleArn=f"{ROLE_ARN}/{pipe_role}",
        Source=f"{QUEUE_ARN}:{queue}",
        Target=f"{MACHINE_ARN}:{target}",
        SourceParameters={
            "SqsQueueParameters": {"BatchSize": 100, "MaximumBatchingWindowInSeconds": 60},
            **source,
        },
        TargetParameters={
            "InputTemplate": '{"key": <$.body.detail.object.key>}',
            "StepFunctionStateMachineParameters": {"InvocationType": "FIRE_AND_FORGET"},
        },
    )


def pipe_role(name: str, *machines: str) -> Template:
    reads = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    starts = [f"{MACHINE_ARN}:{target}" for target in machines]
    return role(
        name,
        "pipes.amazonaws.com",
        allow(reads, [f"{QUEUE_ARN}:*"]),
        allow(["states:StartExecution"], starts),
    )


@pytest.fixture(scope="module", autouse=True)
def stack(deploy: Deploy) -> None:
    redrive = {"deadLetterTargetArn": f"{QUEUE_ARN}:dead", "maxReceiveCount": 2}
    key = {"key": [{"prefix": "filtered/yes"}]}
    filters = [{"Pattern": json.dumps({"body": {"detail": {"object": key}}})}]
    queues = ("flowing", "filtered", "dead")
    pipes: dict[str, Any] = {
        "Bucket": landing_bucket("landing"),
        "Machine": machine("pipeline", ENDED, "Start", f"{ROLE_ARN}/machine"),
        "Role": role("machine", "states.amazonaws.com"),
        "PipeRole": pipe_role("pipe", "pipeline"),
        "OtherRole": pipe_role("other", "another"),
        **{name.title(): resource("AWS::SQS::Queue", QueueName=name) for name in queues},
        "Failing": resource("AWS::SQS::Queue", QueueName="failing", RedrivePolicy=redrive),
        "Flow": rule("flow", "shop/", to_queue("flowing")),
        "FlowPolicy": queue_policy("flowing", "flow"),
        "FlowPipe": pipe("flowing", "pipeline", "pipe"),
        "Filtering": rule("filtering", "filtered/", to_queue("filtered")),
        "FilterPolicy": queue_policy("filtered", "filtering"),
        "FilterPipe": pipe("filtered", "pipeline", "pipe", FilterCriteria={"Filters": filters}),
        "Fail": rule("fail", "fail/", to_queue("failing")),
        "FailPolicy": queue_policy("failing", "fail"),
        "FailPipe": pipe("failing", "pipeline", "other"),
    }
    deploy({"pipes": pipes})


def inputs(cloud: LocalCloud) -> list[Any]:
    """Inputs of the executions so far, oldest first."""
    sfn = cloud.client("stepfunctions")
    executions = sfn.list_executions(stateMachineArn=f"{MACHINE_ARN}:pipeline")["executions"]
    executions.sort(key=lambda execution: execution["startDate"])
    return [json.loads(sfn.describe_execution(executionArn=e["executionArn"])["input"]) for e in executions]


def test_batch_of_uploads_starts_one_execution_with_their_keys(cloud: LocalCloud) -> None:
    before = len(inputs(cloud))
    put(cloud, "shop/orders/1.csv", "shop/orders/2.csv", "other/ignored.csv")
    cloud.wait_idle(30)
    (started,) = inputs(cloud)[before:]
    assert sorted(started, key=str) == [{"key": "shop/orders/1.csv"}, {"key": "shop/orders/2.csv"}]
    assert receive(cloud, "flowing") == []


def test_batch_waits_for_the_object_that_a_client_is_writing(
    cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(inputs(cloud))
    with monkeypatch.context() as patch:
        patch.setattr(cloud._pipes, "_is_receiving", lambda: True)
        put(cloud, "shop/orders/small.csv")
        time.sleep(2 * QUIET_SECONDS)
        assert inputs(cloud)[before:] == []
        put(cloud, "shop/orders/large.csv")
    cloud.wait_idle(30)
    (started,) = inputs(cloud)[before:]
    assert sorted(started, key=str) == [{"key": "shop/orders/large.csv"}, {"key": "shop/orders/small.csv"}]


def test_messages_that_no_filter_matches_are_deleted(cloud: LocalCloud) -> None:
    before = len(inputs(cloud))
    put(cloud, "filtered/no", "filtered/yes")
    cloud.wait_idle(30)
    assert inputs(cloud)[before:] == [[{"key": "filtered/yes"}]]
    assert receive(cloud, "filtered") == []


def test_messages_whose_start_fails_move_to_the_dead_letter_queue(cloud: LocalCloud) -> None:
    put(cloud, "fail/1")
    with pytest.raises(LocalCloudError, match="not authorized to perform: states:StartExecution"):
        cloud.wait_idle(30)
    (dead,) = receive(cloud, "dead")
    assert dead["detail"]["object"]["key"] == "fail/1"
