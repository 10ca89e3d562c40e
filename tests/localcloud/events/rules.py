"""Templates of rules that send S3's events to queues, and helpers to upload and receive."""

from __future__ import annotations

import json
from typing import Any

from localcloud.server import LocalCloud
from tests.localcloud.assembly import ACCOUNT, QUEUE_ARN, REGION, Template, resource

RULES = f"arn:aws:events:{REGION}:{ACCOUNT}:rule"


def landing_bucket(name: str) -> Template:
    """A bucket that sends its events to EventBridge."""
    notify: Template = {"NotificationConfiguration": {"EventBridgeConfiguration": {}}}
    return resource("AWS::S3::Bucket", BucketName=name, **notify)


def queue_policy(queue: str, rule: str) -> Template:
    """A policy that allows a rule to send messages to a queue."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": f"{QUEUE_ARN}:{queue}",
        "Condition": {"ArnEquals": {"aws:SourceArn": f"{RULES}/{rule}"}},
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return resource("AWS::SQS::QueuePolicy", Queues=[{"Ref": queue.title()}], PolicyDocument=document)


def rule(name: str, prefix: str, *targets: Template, **properties: Any) -> Template:
    """A rule on created objects of the bucket `landing` whose keys have a prefix."""
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": ["landing"]}, "object": {"key": [{"prefix": prefix}]}},
    }
    return resource("AWS::Events::Rule", Name=name, EventPattern=pattern, Targets=list(targets), **properties)


def to_queue(name: str, **more: Any) -> Template:
    """A target that is a queue."""
    return {"Id": name, "Arn": f"{QUEUE_ARN}:{name}", **more}


def put(cloud: LocalCloud, *keys: str) -> None:
    """Upload objects to the bucket `landing`."""
    for key in keys:
        cloud.client("s3").put_object(Bucket="landing", Key=key, Body=b"x")


def receive(cloud: LocalCloud, queue: str) -> list[Any]:
    """Receive and delete the messages of a queue; return their bodies."""
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in found]
