"""Resource types of SQS, SNS, EventBridge Pipes and EventBridge Scheduler."""

from __future__ import annotations

import json
from typing import Any

from localcloud.cloudformation.resource import Created, Props, declare
from localcloud.context import Context


def _queue_attributes(props: Props) -> dict[str, str]:
    attributes = {k: v for k, v in props.items() if k not in ("QueueName", "Tags")}
    return {k: json.dumps(v) if isinstance(v, dict) else _text(v) for k, v in attributes.items()}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _create_queue(client: Any, props: Props, context: Context) -> Created:
    url = client.create_queue(QueueName=props["QueueName"], Attributes=_queue_attributes(props))["QueueUrl"]
    arn = f"arn:aws:sqs:{context.region}:{context.account}:{props['QueueName']}"
    return Created(url, {"Arn": arn, "QueueName": props["QueueName"], "QueueUrl": url})


declare(
    "AWS::SQS::Queue",
    "sqs",
    _create_queue,
    lambda client, ref: client.delete_queue(QueueUrl=ref),
    name="QueueName",
    update=lambda client, ref, props, _: client.set_queue_attributes(
        QueueUrl=ref, Attributes=_queue_attributes(props)
    ),
)


def _put_queue_policy(client: Any, props: Props, context: Context) -> Created:
    for url in props["Queues"]:
        client.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(props["PolicyDocument"])})
    return Created(" ".join(props["Queues"]))


def _drop_queue_policy(client: Any, ref: str) -> None:
    for url in ref.split():
        client.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})


declare("AWS::SQS::QueuePolicy", "sqs", _put_queue_policy, _drop_queue_policy)


def _create_topic(client: Any, props: Props, context: Context) -> Created:
    attributes = {k: _text(v) for k, v in props.items() if k not in ("TopicName", "Tags", "Subscription")}
    arn = client.create_topic(Name=props["TopicName"], Attributes=attributes)["TopicArn"]
    for subscription in props.get("Subscription", []):
        client.subscribe(TopicArn=arn, Protocol=subscription["Protocol"], Endpoint=subscription["Endpoint"])
    return Created(arn, {"TopicArn": arn, "TopicName": props["TopicName"]})


declare(
    "AWS::SNS::Topic",
    "sns",
    _create_topic,
    lambda client, ref: client.delete_topic(TopicArn=ref),
    name="TopicName",
)


def _put_topic_policy(client: Any, props: Props, context: Context) -> Created:
    for arn in props["Topics"]:
        client.set_topic_attributes(
            TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps(props["PolicyDocument"])
        )
    return Created(" ".join(props["Topics"]))


declare("AWS::SNS::TopicPolicy", "sns", _put_topic_policy, lambda client, ref: None)


def _create_subscription(client: Any, props: Props, context: Context) -> Created:
    attributes = {k: props[k] for k in ("FilterPolicy", "RawMessageDelivery") if k in props}
    arn = client.subscribe(
        TopicArn=props["TopicArn"],
        Protocol=props["Protocol"],
        Endpoint=props["Endpoint"],
        Attributes={k: json.dumps(v) if isinstance(v, dict) else _text(v) for k, v in attributes.items()},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return Created(arn, {"Arn": arn})


declare(
    "AWS::SNS::Subscription",
    "sns",
    _create_subscription,
    lambda client, ref: client.unsubscribe(SubscriptionArn=ref),
)


def _create_pipe(client: Any, props: Props, context: Context) -> Created:
    # The API spells the property differently, and the local poller has its own log.
    logs = props.pop("LogConfiguration", None)
    arn = client.create_pipe(**props)["Arn"]
    return Created(props["Name"], {"Arn": arn} | ({"LogLevel": logs.get("Level", "")} if logs else {}))


declare(
    "AWS::Pipes::Pipe", "pipes", _create_pipe, lambda client, ref: client.delete_pipe(Name=ref), name="Name"
)


def _create_schedule(client: Any, props: Props, context: Context) -> Created:
    arn = client.create_schedule(**props)["ScheduleArn"]
    return Created(props["Name"], {"Arn": arn})


declare(
    "AWS::Scheduler::Schedule",
    "scheduler",
    _create_schedule,
    lambda client, ref: client.delete_schedule(Name=ref),
    name="Name",
)
