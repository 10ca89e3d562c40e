"""SQS, SNS, Pipes and Scheduler resources have the properties and references of their templates."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localcloud.server import LocalCloud
from tests.localcloud.assembly import ACCOUNT, MACHINE_ARN, QUEUE_ARN, REGION, resource, role
from tests.localcloud.cloudformation.conftest import DeployOutputs

TOPIC_ARN = f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"
POLICY = {"Version": "2012-10-17", "Statement": []}


@pytest.fixture(scope="module")
def values(deploy_outputs: DeployOutputs) -> dict[str, str]:
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}, "maxReceiveCount": 3}
    resources: dict[str, Any] = {
        "DeadLetters": resource("AWS::SQS::Queue", QueueName="dead"),
        "Queue": resource(
            "AWS::SQS::Queue",
            QueueName="queue",
            VisibilityTimeout=77,
            SqsManagedSseEnabled=True,
            RedrivePolicy=redrive,
        ),
        "QueuePolicy": resource("AWS::SQS::QueuePolicy", Queues=[{"Ref": "Queue"}], PolicyDocument=POLICY),
        "Topic": resource("AWS::SNS::Topic", TopicName="topic"),
        "TopicPolicy": resource("AWS::SNS::TopicPolicy", Topics=[{"Ref": "Topic"}], PolicyDocument=POLICY),
        "Subscription": resource(
            "AWS::SNS::Subscription",
            TopicArn={"Ref": "Topic"},
            Protocol="sqs",
            Endpoint={"Fn::GetAtt": ["Queue", "Arn"]},
            RawMessageDelivery=True,
        ),
        "Role": role("messaging", "pipes.amazonaws.com"),
        "Pipe": resource(
            "AWS::Pipes::Pipe",
            Name="pipe",
            RoleArn={"Fn::GetAtt": ["Role", "Arn"]},
            Source={"Fn::GetAtt": ["Queue", "Arn"]},
            Target=f"{MACHINE_ARN}:missing",
            DesiredState="STOPPED",
        ),
        "Schedule": resource(
            "AWS::Scheduler::Schedule",
            Name="schedule",
            ScheduleExpression="rate(1 hour)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": f"{MACHINE_ARN}:missing", "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}},
        ),
    }
    attributes = {"Queue": "Arn", "Pipe": "Arn", "Schedule": "Arn"}
    return deploy_outputs("messaging", resources, attributes)


def test_ref_and_attributes_of_each_resource_are_resolved(cloud: LocalCloud, values: dict[str, str]) -> None:
    assert values["QueueRef"] == f"{cloud.endpoint}/{ACCOUNT}/queue"
    assert values["QueueArn"] == f"{QUEUE_ARN}:queue"
    assert values["TopicRef"] == TOPIC_ARN
    assert values["PipeRef"] == "pipe"
    assert values["PipeArn"] == f"arn:aws:pipes:{REGION}:{ACCOUNT}:pipe/pipe"
    assert values["ScheduleRef"] == "schedule"
    assert values["ScheduleArn"] == f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/schedule"


def test_queue_has_its_time_out_and_dead_letter_queue(cloud: LocalCloud, values: dict[str, str]) -> None:
    attributes = cloud.client("sqs").get_queue_attributes(QueueUrl=values["QueueRef"], AttributeNames=["All"])
    assert attributes["Attributes"]["VisibilityTimeout"] == "77"
    redrive = json.loads(attributes["Attributes"]["RedrivePolicy"])
    assert redrive == {"deadLetterTargetArn": f"{QUEUE_ARN}:dead", "maxReceiveCount": 3}


def test_topic_delivers_to_its_subscription(cloud: LocalCloud, values: dict[str, str]) -> None:
    cloud.client("sns").publish(TopicArn=TOPIC_ARN, Message="hello")
    (message,) = cloud.client("sqs").receive_message(QueueUrl=values["QueueRef"])["Messages"]
    assert message["Body"] == "hello"
