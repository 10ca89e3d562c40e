"""EventBridge Pipes from a queue to a state machine, as a poller in a thread of this process.

A batch goes out when it is full, when its window has passed, or earlier: when no message has come for a
moment, since nobody wants to watch five minutes pass. Otherwise as on AWS: messages are deleted once the
execution has started, come back if it could not be, and end in the dead-letter queue.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from moto.events.models import EventPattern
from moto.pipes.models import Pipe, pipes_backends
from moto.sqs.models import Queue, sqs_backends

from localcloud.context import Context
from localcloud.errors import LocalCloudError, UnsupportedError
from localcloud.events.template import at_path, render
from localcloud.iam.evaluator import Evaluator

SERVICE = "pipes.amazonaws.com"
POLL_SECONDS = 0.1
QUIET_SECONDS = 1.0
"""A batch is complete when no message has come for so long, even if its window is longer."""

RETRY_SECONDS = 1
"""Messages of a failed start come back after this, not after the queue's visibility timeout."""

RECEIVE_LIMIT = 10

Message = dict[str, Any]


@dataclass
class _Batch:
    """Messages that were received and not yet sent."""

    messages: list[Message] = field(default_factory=list)
    first: float = 0.0
    last: float = 0.0


class PipePoller:
    """Polls the source queues of all running pipes."""

    def __init__(self, context: Context, evaluator: Evaluator) -> None:
        self._context = context
        self._evaluator = evaluator
        self._batches: dict[str, _Batch] = {}
        self._reported: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pipes", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def is_idle(self) -> bool:
        """Whether no message of a pipe's queue waits or is being worked on."""
        if any(batch.messages for batch in self._batches.values()):
            return False
        queues = [self._queue(pipe) for pipe in self._pipes()]
        return not any(
            queue.approximate_number_of_messages + queue.approximate_number_of_messages_not_visible
            for queue in queues
        )

    def _run(self) -> None:
        while not self._stop.wait(POLL_SECONDS):
            for pipe in self._pipes():
                try:
                    self._poll(pipe)
                except Exception as error:  # one pipe's misfortune must not end the others
                    self._report_once(pipe, error)

    def _pipes(self) -> list[Pipe]:
        backend = pipes_backends[self._context.account][self._context.region]
        return [pipe for pipe in list(backend.pipes.values()) if pipe.desired_state == "RUNNING"]

    def _queue(self, pipe: Pipe) -> Queue:
        if pipe.source.split(":")[2] != "sqs":
            raise UnsupportedError("only queues are polled locally.", where=f"pipe {pipe.name}")
        return sqs_backends[self._context.account][self._context.region].queues[
            pipe.source.rsplit(":", 1)[-1]
        ]

    def _url(self, queue: Queue) -> str:
        return f"{self._context.endpoint}/{self._context.account}/{queue.name}"

    def _poll(self, pipe: Pipe) -> None:
        queue = self._queue(pipe)
        settings = (pipe.source_parameters or {}).get("SqsQueueParameters", {})
        size = int(settings.get("BatchSize", 10))
        window = float(settings.get("MaximumBatchingWindowInSeconds", 0))
        batch = self._batches.setdefault(pipe.arn, _Batch())
        while len(batch.messages) < size and queue.approximate_number_of_messages > 0:
            if not self._receive(pipe, queue, batch, min(RECEIVE_LIMIT, size - len(batch.messages))):
                break
        now = time.monotonic()
        is_full = len(batch.messages) >= size
        is_over = now - batch.first >= window or now - batch.last >= min(window, QUIET_SECONDS)
        if batch.messages and (is_full or is_over):
            self._send(pipe, queue, batch.messages)
            batch.messages = []

    def _receive(self, pipe: Pipe, queue: Queue, batch: _Batch, limit: int) -> bool:
        if not self._evaluator.trusts(pipe.role_arn, SERVICE, pipe.arn):
            raise LocalCloudError(f"the role does not trust {SERVICE}.", where=f"pipe {pipe.name}")
        client = self._context.client("sqs", pipe.role_arn)
        answer = client.receive_message(
            QueueUrl=self._url(queue), MaxNumberOfMessages=limit, AttributeNames=["All"]
        )
        messages = answer.get("Messages", [])
        if messages:
            batch.last = time.monotonic()
            batch.first = batch.first if batch.messages else batch.last
            batch.messages += messages
        return bool(messages)

    def _send(self, pipe: Pipe, queue: Queue, messages: list[Message]) -> None:
        records = [_record(pipe, message) for message in messages]
        wanted = [record for record in records if _passes(pipe, record)]
        try:
            if wanted:
                self._start(pipe, [_transformed(pipe, record) for record in wanted])
        except Exception as error:
            self._context.report(f"pipe {pipe.name}", error)
            self._give_back(queue, messages)
            return
        client = self._context.client("sqs", pipe.role_arn)
        for message in messages:
            client.delete_message(QueueUrl=self._url(queue), ReceiptHandle=message["ReceiptHandle"])

    def _start(self, pipe: Pipe, records: list[Any]) -> None:
        parameters = (pipe.target_parameters or {}).get("StepFunctionStateMachineParameters", {})
        if pipe.target.split(":")[2] != "states" or parameters.get("InvocationType") != "FIRE_AND_FORGET":
            raise UnsupportedError(
                "only state machines with InvocationType FIRE_AND_FORGET are started locally.",
                where=f"pipe {pipe.name}",
            )
        client = self._context.client("stepfunctions", pipe.role_arn)
        client.start_execution(stateMachineArn=pipe.target, name=str(uuid.uuid4()), input=json.dumps(records))

    def _give_back(self, queue: Queue, messages: list[Message]) -> None:
        client = self._context.client("sqs")
        for message in messages:
            client.change_message_visibility(
                QueueUrl=self._url(queue),
                ReceiptHandle=message["ReceiptHandle"],
                VisibilityTimeout=RETRY_SECONDS,
            )

    def _report_once(self, pipe: Pipe, error: Exception) -> None:
        """A poll that fails once fails ten times a second."""
        message = f"{pipe.name}: {error}"
        if message not in self._reported:
            self._reported.add(message)
            self._context.report(f"pipe {pipe.name}", error)


def _record(pipe: Pipe, message: Message) -> Message:
    """A message as Pipes shows it to filters and templates, its body parsed if it is JSON."""
    try:
        body = json.loads(message["Body"])
    except ValueError:
        body = message["Body"]
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": body,
        "attributes": message.get("Attributes", {}),
        "messageAttributes": message.get("MessageAttributes", {}),
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": pipe.source,
        "awsRegion": pipe.region_name,
    }


def _passes(pipe: Pipe, record: Message) -> bool:
    """Whether one of the filters matches; without filters everything does."""
    filters = (pipe.source_parameters or {}).get("FilterCriteria", {}).get("Filters", [])
    return not filters or any(_matches(item["Pattern"], record) for item in filters)


def _matches(pattern: str, record: Any) -> bool:
    return EventPattern.load(pattern).matches_event(record)


def _transformed(pipe: Pipe, record: Message) -> Any:
    template = (pipe.target_parameters or {}).get("InputTemplate")
    if not template:
        return {
            **record,
            "body": record["body"] if isinstance(record["body"], str) else json.dumps(record["body"]),
        }

    def lookup(name: str) -> Any:
        if name == "aws.pipes.event.json":
            return record
        if not name.startswith("$"):
            raise UnsupportedError(f"the placeholder '<{name}>' is not known.", where=f"pipe {pipe.name}")
        return at_path(record, name)

    return render(template, lookup)
