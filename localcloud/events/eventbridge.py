"""EventBridge: events of services, and rules that deliver them to targets with permission checks."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import moto.s3.notifications
from moto.events.models import Rule, events_backends
from moto.s3.notifications import S3NotificationEvent
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from localcloud.context import Context
from localcloud.errors import LocalCloudError, UnsupportedError
from localcloud.events.template import at_path, render
from localcloud.iam.evaluator import Evaluator
from localcloud.patching import replace

Event = dict[str, Any]
Target = dict[str, Any]

SERVICE = "events.amazonaws.com"

_sequence = itertools.count(time.time_ns())
_DETAIL_TYPES = {"ObjectCreated": "Object Created", "ObjectRemoved": "Object Deleted"}
_DELETED = {"Delete": "Permanently Deleted", "DeleteMarkerCreated": "Delete Marker Created"}


class DeliveryError(LocalCloudError):
    """A rule has no permission to deliver an event to its target."""


def install(context: Context, evaluator: Evaluator) -> None:
    """Replace moto's deliveries, which swallow errors and do not check permissions."""
    deliver = functools.partial(_deliver_to_targets, context=context, evaluator=evaluator)

    def send_to_targets(self: Rule, original_event: Event, transform_input: bool = True) -> None:
        deliver(self, original_event)

    replace(Rule, "send_to_targets", send_to_targets)
    replace(moto.s3.notifications, "_send_event_bridge_message", functools.partial(_send_s3_event, context))


def publish(context: Context, source: str, detail_type: str, resources: list[str], detail: Event) -> None:
    """Put an event of a service on the default bus."""
    event: Any = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": context.account,
        "time": _timestamp(),
        "region": context.region,
        "resources": resources,
        "detail": detail,
    }
    bus = events_backends[context.account][context.region].event_buses["default"]
    for rule in list(bus.rules.values()):
        rule.send_to_targets(event)


def _send_s3_event(context: Context, account_id: str, bucket: Any, event_name: str, key: Any) -> None:
    """Publish one event per created or deleted object.

    Completing a multipart upload also puts the object in moto; AWS sends no event for that put.
    """
    kind, _, reason = str(getattr(event_name, "value", event_name)).removeprefix("s3:").partition(":")
    if kind not in _DETAIL_TYPES:
        return  # No rule of the templates matches events of tags, access lists or lifecycle.
    if event_name == S3NotificationEvent.OBJECT_CREATED_PUT_EVENT and key.multipart is not None:
        return
    described: Event = {"key": key.name, "sequencer": f"{next(_sequence):016X}"}
    if key.version_id != "null":
        described["version-id"] = key.version_id
    detail: Event = {"version": "0", "bucket": {"name": bucket.name}, "object": described}
    if kind == "ObjectCreated":
        described |= {"size": key.size, "etag": key.etag.strip('"')}
        detail["reason"] = {"Put": "PutObject", "Post": "POST Object", "Copy": "CopyObject"}.get(
            reason, reason
        )
    else:
        detail |= {"reason": "DeleteObject", "deletion-type": _DELETED.get(reason, reason)}
    detail |= {
        "request-id": uuid.uuid4().hex[:16].upper(),
        "requester": account_id,
        "source-ip-address": "127.0.0.1",
    }
    publish(context, "aws.s3", _DETAIL_TYPES[kind], [bucket.arn], detail)


def _deliver_to_targets(rule: Any, event: Event, *, context: Context, evaluator: Evaluator) -> None:
    if rule.state != "ENABLED" or rule.scheduled_expression:
        return
    event = {**event, "time": _timestamp(event.get("time"))}
    if not rule.event_pattern.matches_event(event):
        return
    for target in rule.targets:
        try:
            _deliver(rule, target, _input_of(target, event), context, evaluator)
        except Exception as error:  # Deliveries are asynchronous: the caller of the event gets no error.
            context.report(f"rule {rule.name} → {target['Arn']}", error, of=rule.name)
            _to_dead_letters(rule, target, event, error, context, evaluator)


def _input_of(target: Target, event: Event) -> Any:
    """Return the input of a target: Input, InputPath or InputTransformer applied to the event."""
    if "Input" in target:
        return json.loads(target["Input"])
    if "InputPath" in target:
        return at_path(event, target["InputPath"])
    if "InputTransformer" in target:
        transformer = target["InputTransformer"]
        paths = transformer.get("InputPathsMap", {})

        def lookup(name: str) -> Any:
            if name == "aws.events.event.json":
                return event
            if name not in paths:
                raise UnsupportedError(
                    f"the placeholder '<{name}>' is not in InputPathsMap.", where="InputTransformer"
                )
            return at_path(event, paths[name])

        return render(transformer["InputTemplate"], lookup)
    return event


def _deliver(rule: Rule, target: Target, value: Any, context: Context, evaluator: Evaluator) -> None:
    service = target["Arn"].split(":")[2]
    if service not in _DELIVERIES:
        raise UnsupportedError(f"rules cannot deliver to '{service}' locally.", where=f"rule {rule.name}")
    _DELIVERIES[service](rule, target, json.dumps(value), context, evaluator)


def _check_permission(rule: Rule, action: str, target: Target, evaluator: Evaluator) -> None:
    if not evaluator.allows_service(SERVICE, action, target["Arn"], rule.arn):
        raise DeliveryError(
            f"the resource policy does not allow {SERVICE} to perform {action}.",
            where=target["Arn"],
            hint=f"Allow it for the source {rule.arn}.",
        )


def _to_dead_letters(
    rule: Rule, target: Target, event: Event, error: Exception, context: Context, evaluator: Evaluator
) -> None:
    """Send the event to the target's dead-letter queue, if it has one that accepts it."""
    arn = target.get("DeadLetterConfig", {}).get("Arn")
    if arn is None:
        return
    if not evaluator.allows_service(SERVICE, "sqs:SendMessage", arn, rule.arn):
        context.report(
            f"rule {rule.name} → dead letters {arn}",
            f"the queue's policy does not allow {SERVICE} to send.",
            of=rule.name,
        )
        return
    described = {
        "RULE_ARN": rule.arn,
        "TARGET_ARN": target["Arn"],
        "ERROR_CODE": type(error).__name__,
        "ERROR_MESSAGE": str(error)[:1000],
    }
    sqs_backends[context.account][context.region].send_message(
        arn.rsplit(":", 1)[-1],
        json.dumps(event),
        message_attributes={
            name: {"data_type": "String", "string_value": value} for name, value in described.items()
        },
    )


def _to_queue(rule: Rule, target: Target, body: str, context: Context, evaluator: Evaluator) -> None:
    _check_permission(rule, "sqs:SendMessage", target, evaluator)
    name = target["Arn"].rsplit(":", 1)[-1]
    group = target.get("SqsParameters", {}).get("MessageGroupId")
    sqs_backends[context.account][context.region].send_message(name, body, group_id=group)


def _to_topic(rule: Rule, target: Target, body: str, context: Context, evaluator: Evaluator) -> None:
    _check_permission(rule, "sns:Publish", target, evaluator)
    sns_backends[context.account][context.region].publish(arn=target["Arn"], message=body)


def _to_machine(rule: Rule, target: Target, body: str, context: Context, evaluator: Evaluator) -> None:
    role = target.get("RoleArn")
    if not role or not evaluator.trusts(role, SERVICE, rule.arn):
        raise DeliveryError(f"the target has no role that {SERVICE} may assume.", where=f"rule {rule.name}")
    client = context.client("stepfunctions", role)
    client.start_execution(stateMachineArn=target["Arn"], name=str(uuid.uuid4()), input=body)


def _to_function(rule: Rule, target: Target, body: str, context: Context, evaluator: Evaluator) -> None:
    _check_permission(rule, "lambda:InvokeFunction", target, evaluator)
    context.client("lambda").invoke(FunctionName=target["Arn"], InvocationType="Event", Payload=body.encode())


_DELIVERIES: dict[str, Callable[[Rule, Target, str, Context, Evaluator], None]] = {
    "sqs": _to_queue,
    "sns": _to_topic,
    "states": _to_machine,
    "lambda": _to_function,
}


def _timestamp(value: Any = None) -> str:
    """Return an event time as EventBridge spells it, ISO 8601 in UTC; moto has seconds since 1970."""
    if isinstance(value, str):
        return value
    moment = dt.datetime.fromtimestamp(value, dt.UTC) if value is not None else dt.datetime.now(dt.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
