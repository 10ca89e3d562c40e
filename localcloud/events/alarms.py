"""CloudWatch alarms, evaluated on ended executions and on the depth of queues."""

from __future__ import annotations

import datetime as dt
import json
import operator
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from localcloud.context import Context
from localcloud.errors import LocalCloudError, UnsupportedError
from localcloud.iam.evaluator import Evaluator

SERVICE = "cloudwatch.amazonaws.com"
CHECK_SECONDS = 1.0
MAX_POINTS = 10_000
"""Data points that are kept of each metric."""

Metric = tuple[str, str, frozenset[tuple[str, str]]]
"""Namespace, name, dimensions."""

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
_STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {
    "Sum": sum,
    "Maximum": max,
    "Minimum": min,
    "Average": lambda values: sum(values) / len(values),
    "SampleCount": len,
}
_ACTIONS = {"ALARM": "alarm_actions", "OK": "ok_actions", "INSUFFICIENT_DATA": "insufficient_data_actions"}
_ENDED = {
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}


class AlarmEvaluator:
    """Collects metrics and evaluates the alarms, every second and whenever an execution ends."""

    def __init__(self, context: Context, evaluator: Evaluator) -> None:
        self._context = context
        self._evaluator = evaluator
        self._points: dict[Metric, deque[tuple[float, float]]] = defaultdict(lambda: deque(maxlen=MAX_POINTS))
        self._reported: set[str] = set()
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alarms", daemon=True)

    def start(self) -> None:
        """Begin to collect queue depths and to evaluate every second."""
        self._thread.start()

    def stop(self) -> None:
        """Stop evaluating."""
        self._stop.set()
        self._thread.join()

    def put(self, namespace: str, name: str, dimensions: dict[str, str], value: float) -> None:
        """Add one data point at the present time."""
        with self._lock:
            self._points[(namespace, name, frozenset(dimensions.items()))].append((time.time(), value))

    def execution_ended(self, state_machine_arn: str, status: str) -> None:
        """Count an ended execution in the metric of its status, and evaluate all alarms."""
        dimensions = {"StateMachineArn": state_machine_arn}
        for ending, name in _ENDED.items():
            self.put("AWS/States", name, dimensions, float(ending == status))
        self.evaluate()

    def evaluate(self) -> None:
        """Set the state of every alarm from its metric, and run the actions of changed ones."""
        with self._lock:
            backend = cloudwatch_backends[self._context.account][self._context.region]
            for alarm in list(backend.alarms.values()):
                try:
                    self._evaluate(alarm)
                except Exception as error:
                    self._report_once(alarm, error)

    def _run(self) -> None:
        while not self._stop.wait(CHECK_SECONDS):
            for queue in list(sqs_backends[self._context.account][self._context.region].queues.values()):
                visible = float(queue.approximate_number_of_messages)
                self.put("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": queue.name}, visible)
            self.evaluate()

    def _evaluate(self, alarm: Any) -> None:
        if alarm.metric_data_queries:
            raise UnsupportedError(
                "alarms on metric math are not evaluated locally.", where=f"alarm {alarm.name}"
            )
        dimensions = frozenset((dimension.name, dimension.value) for dimension in alarm.dimensions)
        points = self._points.get((alarm.namespace, alarm.metric_name, dimensions), deque())
        state = _state(alarm, list(points), time.time())
        if state == alarm.state_value or (state == "OK" and alarm.state_value != "ALARM"):
            return
        reason = f"{alarm.metric_name} {alarm.comparison_operator} {alarm.threshold}: {state}"
        previous = alarm.state_value
        alarm.update_state(reason, json.dumps({"version": "1.0"}), state)
        if alarm.actions_enabled:
            for action in getattr(alarm, _ACTIONS[state]) or []:
                self._run_action(alarm, action, previous, reason)

    def _run_action(self, alarm: Any, action: str, previous: str, reason: str) -> None:
        if action.split(":")[2] != "sns":
            raise UnsupportedError(
                f"the action {action} is not executed locally.", where=f"alarm {alarm.name}"
            )
        if not self._evaluator.allows_service(SERVICE, "sns:Publish", action, alarm.alarm_arn):
            raise LocalCloudError(f"the topic's policy does not allow {SERVICE} to publish.", where=action)
        message = {
            "AlarmName": alarm.name,
            "AlarmDescription": alarm.description,
            "AWSAccountId": self._context.account,
            "NewStateValue": alarm.state_value,
            "OldStateValue": previous,
            "NewStateReason": reason,
            "StateChangeTime": dt.datetime.now(dt.UTC).isoformat(),
            "AlarmArn": alarm.alarm_arn,
        }
        subject = f'{alarm.state_value}: "{alarm.name}" in {self._context.region}'
        sns = sns_backends[self._context.account][self._context.region]
        sns.publish(arn=action, message=json.dumps(message), subject=subject[:100])

    def _report_once(self, alarm: Any, error: Exception) -> None:
        """Report an error of an alarm unless it was reported before: evaluations repeat every second."""
        message = f"{alarm.name}: {error}"
        if message not in self._reported:
            self._reported.add(message)
            self._context.report(f"alarm {alarm.name}", error, of=alarm.name)


def _state(alarm: Any, points: list[tuple[float, float]], now: float) -> str:
    """Return ALARM if enough of the latest periods breach the threshold, else OK.

    The last period ends at `now`: unlike on AWS, periods are not aligned to the clock.
    """
    period, periods = int(alarm.period), int(alarm.evaluation_periods)
    needed = int(alarm.datapoints_to_alarm or periods)
    breaching = 0
    for index in range(periods):
        end = now - index * period
        values = [value for moment, value in points if end - period < moment <= end]
        if values:
            value = _STATISTICS[alarm.statistic](values)
            breaching += _COMPARISONS[alarm.comparison_operator](value, float(alarm.threshold))
        else:
            breaching += alarm.treat_missing_data == "breaching"
    return "ALARM" if breaching >= needed else "OK"
