"""EventBridge Pipes from a queue to a state machine, as a poller in a thread of this process.

A batch is sent when it is full, when its window has passed, or earlier than on AWS: when no message has
arrived for QUIET_SECONDS and nobody is writing an object. So a demo does not wait for a window of minutes,
and the files of one upload do not start two executions. As on AWS, messages are deleted once the execution
has started, return to the queue if it could not start, and finally move to the dead-letter queue.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Collection
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
QUIET_SECONDS = 0.4
"""A batch is complete when no message has arrived for this long, even if its window is longer. A client that
sends several files leaves less time between them."""

RETRY_SECONDS = 1
"""Visibility time-out of messages whose start failed, in place of the queue's."""

RECEIVE_LIMIT = 10
"""Messages per request, the maximum of SQS."""

Message = dict[str, Any]


@dataclass
class _Batch:
    """Messages received and not yet sent; `first` and `last` are the times of the first and last receipt."""

    messages: list[Message] = field(default_factory=list)
    first: float = 0.0
    last: float = 0.0


class PipePoller:
    """Polls the source queues of all running pipes.

    `is_receiving` says whether a client is writing an object right now, of which a message will follow.
    """

    def __init__(self, context: Context, evaluator: Evaluator, is_receiving: Callable[[], bool]) -> None:
        self._context = context
        self._is_receiving = is_receiving
        self._evaluator = evaluator
        self._batches: dict[str, _Batch] = {}
        self._reported: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pipes", daemon=True)

    def start(self) -> None:
        """Begin to poll."""
        self._thread.start()

    def stop(self) -> None:
        """Stop polling."""
        self._stop.set()
        self._thread.join()

    def is_idle(self, of: Collection[str] | None = None) -> bool:
        """Return whether the source queues of running pipes are empty and no batch is being collected.

        `of` are the names of the pipes, None for all.
        """
        pipes = [pipe for pipe in self._pipes() if of is None or pipe.name in of]
        if any(self._batches[pipe.arn].messages for pipe in pipes if pipe.arn in self._batches):
            return False
        queues = [self._queue(pipe) for pipe in pipes]
        return not any(
            queue.approximate_number_of_messages + queue.approximate_number_of_messages_not_visible
            for queue in queues
        )

    def _run(self) -> None:
        while not self._stop.wait(POLL_SECONDS):
            for pipe in self._pipes():
                try:
                    self._poll(pipe)
                except Exception as error:  # An error of one pipe must not stop the others.
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
        is_quiet = now - batch.last >= min(window, QUIET_SECONDS) and not self._is_receiving()
        if batch.messages and (is_full or is_quiet or now - batch.first >= window):
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
        wanted = [record for record in records if _passes_filters(pipe, record)]
        try:
            if wanted:
                self._start(pipe, [_apply_template(pipe, record) for record in wanted])
        except Exception as error:
            self._context.report(f"pipe {pipe.name}", error, of=pipe.name)
            self._return_to_queue(queue, messages)
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

    def _return_to_queue(self, queue: Queue, messages: list[Message]) -> None:
        client = self._context.client("sqs")
        for message in messages:
            client.change_message_visibility(
                QueueUrl=self._url(queue),
                ReceiptHandle=message["ReceiptHandle"],
                VisibilityTimeout=RETRY_SECONDS,
            )

    def _report_once(self, pipe: Pipe, error: Exception) -> None:
        """Report an error of a pipe unless it was reported before: polls repeat ten times a second."""
        message = f"{pipe.name}: {error}"
        if message not in self._reported:
            self._reported.add(message)
            self._context.report(f"pipe {pipe.name}", error, of=pipe.name)


def _record(pipe: Pipe, message: Message) -> Message:
    """Return a message in the shape that filters and templates read, its body parsed if it is JSON."""
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


def _passes_filters(pipe: Pipe, record: Message) -> bool:
    """Return whether the pipe has no filters or one of them matches."""
    filters = (pipe.source_parameters or {}).get("FilterCriteria", {}).get("Filters", [])
    return not filters or any(_matches(item["Pattern"], record) for item in filters)


def _matches(pattern: str, record: Any) -> bool:
    return EventPattern.load(pattern).matches_event(record)


def _apply_template(pipe: Pipe, record: Message) -> Any:
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
