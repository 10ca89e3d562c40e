"""Alarms are evaluated on executions and queues, and notify a topic whose policy allows it."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from localcloud.server import LocalCloud
from tests.localcloud.assembly import ACCOUNT, MACHINE_ARN, REGION, ROLE_ARN, machine, resource, role

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts"
FAIL = {"Start": {"Type": "Fail", "Error": "Broken", "Cause": "on purpose"}}


def alarm(name: str, namespace: str, metric: str, dimension: tuple[str, str], topic: str) -> dict[str, Any]:
    return resource(
        "AWS::CloudWatch::Alarm",
        AlarmName=name,
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": dimension[0], "Value": dimension[1]}],
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        Threshold=1,
        EvaluationPeriods=1,
        Period=300,
        Statistic="Sum",
        TreatMissingData="notBreaching",
        AlarmActions=[topic],
    )


@pytest.fixture(scope="module", autouse=True)
def stack(cloud: LocalCloud, deploy: Any) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": TOPIC,
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    failing = ("StateMachineArn", f"{MACHINE_ARN}:failing")
    deploy(
        {
            "alarms": {
                "Topic": resource("AWS::SNS::Topic", TopicName="alerts"),
                "Policy": resource(
                    "AWS::SNS::TopicPolicy", Topics=[{"Ref": "Topic"}], PolicyDocument=document
                ),
                "Silent": resource("AWS::SNS::Topic", TopicName="silent"),
                "Closed": resource(
                    "AWS::SNS::TopicPolicy",
                    Topics=[{"Ref": "Silent"}],
                    PolicyDocument={"Version": "2012-10-17", "Statement": []},
                ),
                "Role": role("failing", "states.amazonaws.com"),
                "Machine": machine("failing", FAIL, "Start", f"{ROLE_ARN}/failing"),
                "Queue": resource("AWS::SQS::Queue", QueueName="dead"),
                "Failed": alarm("failed", "AWS/States", "ExecutionsFailed", failing, TOPIC),
                "Unpermitted": alarm(
                    "unpermitted", "AWS/States", "ExecutionsFailed", failing, f"{TOPIC[:-6]}silent"
                ),
                "Dead": alarm(
                    "dead", "AWS/SQS", "ApproximateNumberOfMessagesVisible", ("QueueName", "dead"), TOPIC
                ),
            }
        }
    )


def state_of(cloud: LocalCloud, name: str) -> str:
    return str(cloud.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"])


def reaches(cloud: LocalCloud, name: str, state: str) -> bool:
    """Return whether an alarm reaches a state within 10 s; alarms on queues are evaluated once a second."""
    for _ in range(100):
        if state_of(cloud, name) == state:
            return True
        time.sleep(0.1)
    return False


def subjects(cloud: LocalCloud) -> list[str]:
    file = cloud.context.state_dir / "notifications.jsonl"
    return [json.loads(line)["subject"] for line in file.read_text().splitlines()] if file.exists() else []


def test_failed_execution_raises_the_alarm_and_notifies_the_topic(cloud: LocalCloud) -> None:
    cloud.client("stepfunctions").start_execution(stateMachineArn=f"{MACHINE_ARN}:failing")
    assert reaches(cloud, "failed", "ALARM")
    assert subjects(cloud) == [f'ALARM: "failed" in {REGION}']


def test_alarm_without_permission_to_publish_is_reported(cloud: LocalCloud) -> None:
    assert reaches(cloud, "unpermitted", "ALARM")
    assert any(
        "the topic's policy does not allow cloudwatch.amazonaws.com to publish" in failure.message
        for failure in cloud.context.failures
    )


def test_message_in_a_queue_raises_its_alarm(cloud: LocalCloud) -> None:
    sqs = cloud.client("sqs")
    assert state_of(cloud, "dead") != "ALARM"
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="dead")["QueueUrl"], MessageBody="lost")
    assert reaches(cloud, "dead", "ALARM")
    assert subjects(cloud)[-1] == f'ALARM: "dead" in {REGION}'
