"""From an uploaded object to an execution: rule, queue, pipe, state machine, and what goes wrong between."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localcloud.errors import LocalCloudError
from localcloud.server import LocalCloud
from tests.localcloud.assembly import (
    ACCOUNT,
    MACHINE_ARN,
    QUEUE_ARN,
    REGION,
    ROLE_ARN,
    allow,
    machine,
    resource,
    role,
)

RULES = f"arn:aws:events:{REGION}:{ACCOUNT}:rule"
PART = 5 * 1024 * 1024
ENDED = {"Start": {"Type": "Pass", "End": True}}


def queue_policy(queue: str, rule: str) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": f"{QUEUE_ARN}:{queue}",
        "Condition": {"ArnEquals": {"aws:SourceArn": f"{RULES}/{rule}"}},
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return resource("AWS::SQS::QueuePolicy", Queues=[{"Ref": queue.title()}], PolicyDocument=document)


def rule(name: str, prefix: str, *targets: dict[str, Any], **properties: Any) -> dict[str, Any]:
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": ["landing"]}, "object": {"key": [{"prefix": prefix}]}},
    }
    return resource("AWS::Events::Rule", Name=name, EventPattern=pattern, Targets=list(targets), **properties)


def to_queue(name: str, **more: Any) -> dict[str, Any]:
    return {"Id": name, "Arn": f"{QUEUE_ARN}:{name}", **more}


def pipe(queue: str, target: str, pipe_role: str, **source: Any) -> dict[str, Any]:
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


def pipe_role(name: str, *machines: str) -> dict[str, Any]:
    reads = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    starts = [f"{MACHINE_ARN}:{target}" for target in machines]
    return role(
        name,
        "pipes.amazonaws.com",
        allow(reads, [f"{QUEUE_ARN}:*"]),
        allow(["states:StartExecution"], starts),
    )


@pytest.fixture(scope="module", autouse=True)
def stack(cloud: LocalCloud, deploy: Any) -> None:
    notify: dict[str, Any] = {"NotificationConfiguration": {"EventBridgeConfiguration": {}}}
    transformer = {"InputPathsMap": {"k": "$.detail.object.key"}, "InputTemplate": '{"only": <k>}'}
    redrive = {"deadLetterTargetArn": f"{QUEUE_ARN}:dead", "maxReceiveCount": 2}
    filters = {"FilterCriteria": {"Filters": [{"Pattern": json.dumps(_key_pattern("filtered/yes"))}]}}
    deploy(
        {
            "flow": {
                "Bucket": resource("AWS::S3::Bucket", BucketName="landing", **notify),
                "Machine": machine("pipeline", ENDED, "Start", f"{ROLE_ARN}/machine"),
                "Role": role("machine", "states.amazonaws.com"),
                "PipeRole": pipe_role("pipe", "pipeline"),
                "PowerlessRole": pipe_role("powerless", "another"),
                **{name.title(): resource("AWS::SQS::Queue", QueueName=name) for name in QUEUES},
                "Failing": resource("AWS::SQS::Queue", QueueName="failing", RedrivePolicy=redrive),
                "Flow": rule("flow", "shop/", to_queue("flowing")),
                "FlowPolicy": queue_policy("flowing", "flow"),
                "FlowPipe": pipe("flowing", "pipeline", "pipe"),
                "Seen": rule("seen", "seen/", to_queue("watched", InputTransformer=transformer)),
                "SeenPolicy": queue_policy("watched", "seen"),
                "Off": rule("off", "off/", to_queue("watched"), State="DISABLED"),
                "Closed": rule("closed", "closed/", to_queue("locked")),
                "Filtering": rule("filtering", "filtered/", to_queue("filtered")),
                "FilterPolicy": queue_policy("filtered", "filtering"),
                "FilterPipe": pipe("filtered", "pipeline", "pipe", **filters),
                "Fail": rule("fail", "fail/", to_queue("failing")),
                "FailPolicy": queue_policy("failing", "fail"),
                "FailPipe": pipe("failing", "pipeline", "powerless"),
            }
        }
    )


QUEUES = ("flowing", "watched", "locked", "filtered", "dead")


def _key_pattern(prefix: str) -> dict[str, Any]:
    return {"body": {"detail": {"object": {"key": [{"prefix": prefix}]}}}}


def put(cloud: LocalCloud, *keys: str) -> None:
    for key in keys:
        cloud.client("s3").put_object(Bucket="landing", Key=key, Body=b"x")


def messages(cloud: LocalCloud, queue: str) -> list[Any]:
    """Bodies of the messages of a queue, which is empty afterwards."""
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in found]


def inputs(cloud: LocalCloud) -> list[Any]:
    """Inputs of the executions so far, oldest first."""
    sfn = cloud.client("stepfunctions")
    executions = sfn.list_executions(stateMachineArn=f"{MACHINE_ARN}:pipeline")["executions"]
    executions.sort(key=lambda execution: execution["startDate"])
    return [json.loads(sfn.describe_execution(executionArn=e["executionArn"])["input"]) for e in executions]


def test_a_batch_of_uploads_starts_one_execution_with_the_keys_only(cloud: LocalCloud) -> None:
    before = len(inputs(cloud))
    put(cloud, "shop/orders/1.csv", "shop/orders/2.csv", "other/ignored.csv")
    cloud.wait_idle(30)
    (started,) = inputs(cloud)[before:]
    assert sorted(started, key=str) == [{"key": "shop/orders/1.csv"}, {"key": "shop/orders/2.csv"}]
    assert messages(cloud, "flowing") == []


def test_a_multipart_upload_is_one_event(cloud: LocalCloud) -> None:
    s3 = cloud.client("s3")
    where = {"Bucket": "landing", "Key": "seen/big"}
    upload = s3.create_multipart_upload(**where)["UploadId"]
    etags = [
        s3.upload_part(**where, UploadId=upload, PartNumber=number, Body=content)["ETag"]
        for number, content in ((1, b"a" * PART), (2, b"b"))
    ]
    parts = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, start=1)]
    s3.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": parts})
    assert messages(cloud, "watched") == [{"only": "seen/big"}]


def test_the_input_transformer_is_applied(cloud: LocalCloud) -> None:
    put(cloud, "seen/1")
    assert messages(cloud, "watched") == [{"only": "seen/1"}]


def test_a_disabled_rule_does_not_fire(cloud: LocalCloud) -> None:
    put(cloud, "off/1")
    assert messages(cloud, "watched") == []


def test_files_that_are_adopted_are_events_too(cloud: LocalCloud) -> None:
    file = cloud.context.bucket_dir("landing") / "seen/by-spark"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("x")
    cloud.context.adopt(["landing"])
    assert messages(cloud, "watched") == [{"only": "seen/by-spark"}]


def test_a_queue_that_lets_nobody_in_is_reported(cloud: LocalCloud) -> None:
    put(cloud, "closed/1")
    with pytest.raises(
        LocalCloudError, match=r"rule closed .* does not allow events.amazonaws.com to perform"
    ):
        cloud.wait_idle(30)
    assert messages(cloud, "locked") == []


def test_filtered_messages_vanish(cloud: LocalCloud) -> None:
    before = len(inputs(cloud))
    put(cloud, "filtered/no", "filtered/yes")
    cloud.wait_idle(30)
    assert inputs(cloud)[before:] == [[{"key": "filtered/yes"}]]


def test_messages_that_start_nothing_end_in_the_dead_letter_queue(cloud: LocalCloud) -> None:
    put(cloud, "fail/1")
    with pytest.raises(LocalCloudError, match="not authorized to perform: states:StartExecution"):
        cloud.wait_idle(30)
    (dead,) = messages(cloud, "dead")
    assert dead["detail"]["object"]["key"] == "fail/1"


def test_a_notification_is_written_down(cloud: LocalCloud) -> None:
    sns = cloud.client("sns")
    arn = sns.create_topic(Name="mail")["TopicArn"]
    sns.publish(TopicArn=arn, Subject="hello", Message="world")
    last = json.loads((cloud.context.state_dir / "notifications.jsonl").read_text().splitlines()[-1])
    assert (last["topic"], last["subject"], last["message"]) == ("mail", "hello", "world")
