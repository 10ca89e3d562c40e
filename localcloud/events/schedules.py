"""EventBridge Scheduler: fires schedules on request, at their rates or times, in the schedules' roles.

Rates are real time and not scaled like the waits of state machines: they bound the age of data, and a
laptop that ran an hourly stream every minute would do nothing else. So the clock runs only in a local
cloud that stays up; demos and tests fire schedules themselves.
"""

from __future__ import annotations

import functools
import json
import re
import threading
import time
import uuid
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from botocore import xform_name
from moto.scheduler.models import Schedule, scheduler_backends

from localcloud.context import Context
from localcloud.errors import LocalCloudError, UnsupportedError
from localcloud.events.cron import is_cron, matches
from localcloud.iam.evaluator import Evaluator
from localcloud.stepfunctions.client import task_client
from localcloud.stepfunctions.validation import boto_service

SERVICE = "scheduler.amazonaws.com"
TICK_SECONDS = 1.0
UNIVERSAL = re.compile(r"arn:aws:scheduler:::aws-sdk:(?P<service>[a-z0-9]+):(?P<action>[A-Za-z0-9]+)")
SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"
"""In a target's input: the moment for which the schedule was due."""

_RATE = re.compile(r"rate\((?P<number>\d+) (?P<unit>minute|hour|day)s?\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}


class Schedules:
    """All schedules of the local cloud. They fire at their rates and times after `start`."""

    def __init__(self, context: Context, evaluator: Evaluator) -> None:
        self._context = context
        self._evaluator = evaluator
        self._seen: dict[str, float] = {}
        self._fired: dict[str, datetime] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to fire schedules at their rates, each for the first time when its rate has passed once."""
        self._thread = threading.Thread(target=self._run, name="schedules", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop firing schedules."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def fire(self, name: str, at: datetime | None = None) -> dict[str, Any]:
        """Start a schedule's target now, in the schedule's role; return the response of the call.

        The target is told that the schedule was due at the moment `at`, by default now.

        Raises LocalCloudError if there is no such schedule or its role does not trust the Scheduler,
        and botocore's ClientError if the role may not make the call or the call fails.
        """
        schedules = {schedule.name: schedule for schedule in self._all()}
        if name not in schedules:
            raise LocalCloudError(
                "there is no such schedule.",
                where=name,
                hint=f"Deployed: {', '.join(sorted(schedules)) or 'none'}.",
            )
        return self._fire(schedules[name], at or datetime.now(UTC))

    def _all(self) -> list[Schedule]:
        groups = scheduler_backends[self._context.account][self._context.region].schedule_groups
        return [schedule for group in list(groups.values()) for schedule in list(group.schedules.values())]

    def _fire(self, schedule: Schedule, at: datetime) -> dict[str, Any]:
        target: dict[str, Any] = schedule.target
        context = self._context
        group = f"arn:aws:scheduler:{context.region}:{context.account}:schedule-group/{schedule.group_name}"
        if not self._evaluator.trusts(target["RoleArn"], SERVICE, group):
            raise LocalCloudError(f"the role does not trust {SERVICE}.", where=f"schedule {schedule.name}")
        service, action, parameters = _call_of(schedule, at)
        client = task_client(context, boto_service(service), target["RoleArn"])
        return client.call_sdk(xform_name(action), parameters)

    def _run(self) -> None:
        while not self._stop.wait(TICK_SECONDS):
            moment = datetime.now(UTC)
            for schedule in self.due(time.monotonic(), moment):
                try:
                    self._fire(schedule, moment)
                except Exception as error:  # An error of one schedule must not stop the others.
                    self._report_failure(schedule, error)

    def due(self, now: float, moment: datetime) -> list[Schedule]:
        """Return the enabled schedules that are due; each of them then counts as fired.

        A rate is due when it has passed since the schedule was last due or first seen; `now` is in seconds of
        a monotonic clock. A cron expression is due once in each minute that it names; `moment` is the time.
        """
        due = []
        for schedule in self._all():
            if is_cron(schedule.schedule_expression):
                if self._is_named(schedule, moment):
                    due.append(schedule)
                continue
            last = self._seen.setdefault(schedule.arn, now)
            if schedule.state == "ENABLED" and now - last >= seconds_of(schedule.schedule_expression):
                self._seen[schedule.arn] = now
                due.append(schedule)
        return due

    def _is_named(self, schedule: Schedule, moment: datetime) -> bool:
        """Return whether an enabled schedule is due in this minute and has not fired in it."""
        minute = moment.replace(second=0, microsecond=0)
        local = minute.astimezone(ZoneInfo(schedule.schedule_expression_timezone or "UTC"))
        if schedule.state != "ENABLED" or not matches(schedule.schedule_expression, local):
            return False
        fired, self._fired[schedule.arn] = self._fired.get(schedule.arn), minute
        return fired != minute

    def _report_failure(self, schedule: Schedule, error: Exception) -> None:
        # A job with an active run refuses another run, which is normal.
        if "ConcurrentRunsExceededException" not in str(error):
            self._context.report(f"schedule {schedule.name}", error, of=schedule.name)


def _call_of(schedule: Schedule, at: datetime) -> tuple[str, str, dict[str, Any]]:
    """Return service, operation and parameters of the call that a target stands for."""
    target: dict[str, Any] = schedule.target
    arn, text = str(target["Arn"]), target.get("Input") or "{}"
    text = text.replace(SCHEDULED_TIME, f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
    if found := UNIVERSAL.fullmatch(arn):
        return found["service"], found["action"], json.loads(text)
    if arn.split(":")[2] == "states":
        return "sfn", "StartExecution", {"StateMachineArn": arn, "Name": str(uuid.uuid4()), "Input": text}
    if arn.split(":")[2] == "lambda":
        return "lambda", "Invoke", {"FunctionName": arn, "Payload": text.encode()}
    raise UnsupportedError("the target cannot be started locally.", where=f"schedule {schedule.name}: {arn}")


@functools.lru_cache
def seconds_of(expression: str) -> int:
    """Return the seconds of a rate such as `rate(1 hour)`. Raises UnsupportedError for other expressions."""
    found = _RATE.fullmatch(expression)
    if found is None:
        raise UnsupportedError(
            "only rates such as rate(15 minutes) fire locally.", where=f"schedule expression {expression}"
        )
    return int(found["number"]) * _SECONDS[found["unit"]]
