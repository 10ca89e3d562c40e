"""RedriveExecution: an execution that did not succeed goes on from the state in which it ended."""

from __future__ import annotations

import copy
import datetime as dt
import json
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.stepfunctions.parser.api import ExecutionStatus, StateMachineType
from moto.stepfunctions.parser.asl.component.common.flow.start_at import StartAt
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventHistoryContext
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker
from moto.stepfunctions.responses import StepFunctionResponse

from localcloud.context import Context
from localcloud.patching import add, original, replace
from localcloud.stepfunctions.client import SERVICE

REDRIVABLE_FOR = dt.timedelta(days=14)
MOST_EVENTS = 24_999
"""An execution with so many events has no room for those of a redrive."""

_REDRIVABLE = (ExecutionStatus.FAILED, ExecutionStatus.ABORTED, ExecutionStatus.TIMED_OUT)
_WITH_BRANCHES = ("Parallel", "Map")


class RedrivenWorker(ExecutionWorker):
    """Continues the execution of another worker, from a state and with its input."""

    def __init__(self, execution: Execution, before: Environment, state: str, value: Any, count: int) -> None:
        first: Any = execution._get_start_execution_worker()
        super().__init__(
            evaluation_details=first._evaluation_details,
            exec_comm=first._execution_communication,
            cloud_watch_logging_session=first._cloud_watch_logging_session,
            activity_store=first._activity_store,
        )
        self._state, self._value, self._count = state, value, count
        self.env = self._continued(before)

    def _continued(self, before: Environment) -> Environment:
        """Return an environment with the history and the variables of the one before."""
        found: Any = self._get_evaluation_environment()
        last = before.event_manager.get_event_history()[-1]["id"]
        env = Environment(
            aws_execution_details=found.aws_execution_details,
            execution_type=found.execution_type,
            context=found.states.context_object.context_object_data,
            event_history_context=EventHistoryContext(previous_event_id=last),
            cloud_watch_logging_session=found.cloud_watch_logging_session,
            activity_store=found.activity_store,
            variable_store=before.variable_store,
        )
        env.event_manager = before.event_manager
        described: Any = env.states.context_object.context_object_data["Execution"]
        described["RedriveCount"] = self._count
        env.states.reset(input_value=copy.deepcopy(self._value))
        return env

    def _execution_logic(self) -> None:
        env: Any = self.env
        env.event_manager.add_event(
            context=env.event_history_context,
            event_type="ExecutionRedriven",
            event_details={"executionRedrivenEventDetails": {"redriveCount": self._count}},
        )
        program: Any = self._get_evaluation_entrypoint()
        program.start_at = StartAt(self._state)
        program.eval(env)
        self._execution_communication.terminated()


def obstacle(execution: Any, now: dt.datetime) -> str:
    """Return why an execution cannot be redriven, in the API's words; empty if it can be."""
    if execution.exec_status not in _REDRIVABLE:
        return f"Execution is {execution.status} and cannot be redriven"
    if now - execution.stop_date > REDRIVABLE_FOR:
        return "Execution redrivable period exceeded"
    if len(execution.to_history_output()["events"]) >= MOST_EVENTS:
        return "Execution history event limit exceeded"
    return ""


def _redrive(context: Context, self: StepFunctionResponse) -> ActionResult:
    """RedriveExecution: continue in the execution's role, with its definition, input and ARN."""
    execution: Any = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
    if execution.sm_type == StateMachineType.EXPRESS:
        raise JsonRESTError(
            "InvalidArn", f"Invalid Arn: '{execution.exec_arn}' is of an EXPRESS state machine"
        )
    now = dt.datetime.now(dt.UTC)
    reason = obstacle(execution, now)
    if reason:
        raise JsonRESTError("ExecutionNotRedrivable", reason)
    if not context.trusts(execution.role_arn, SERVICE, execution.state_machine_arn):
        raise JsonRESTError(
            "AccessDeniedException",
            f"{SERVICE} is not authorized to assume the provided role {execution.role_arn}.",
        )
    before: Environment = execution.exec_worker.env
    state, value = _ended_in(execution, before)
    count = _count(execution) + 1
    worker: Any = RedrivenWorker(execution, before, state, value, count)
    execution.redrive_count, execution.redrive_date = count, now
    execution.error = execution.cause = execution.stop_date = None
    execution.exec_worker, execution.exec_status = worker, ExecutionStatus.RUNNING
    worker.start()
    return ActionResult({"redriveDate": now})


def _ended_in(execution: Any, env: Any) -> tuple[str, Any]:
    """Return the name of the state in which an execution ended, and that state's input.

    Raises the API's error for a state whose branches would have to be redriven one by one.
    """
    definition = json.loads(execution.state_machine.definition)
    entered = env.states.context_object.context_object_data.get("State")
    if entered is None:
        return definition["StartAt"], execution.input_data
    name = entered["Name"]
    if definition["States"][name]["Type"] in _WITH_BRANCHES:
        raise JsonRESTError(
            "ExecutionNotRedrivable",
            f"State {name} has branches, whose redrive is not supported locally. Start a new execution.",
        )
    inputs = [
        details["input"]
        for event in env.event_manager.get_event_history()
        if (details := event.get("stateEnteredEventDetails")) and details["name"] == name
    ]
    return name, json.loads(inputs[-1])


def _count(execution: Any) -> int:
    return int(getattr(execution, "redrive_count", 0))


def _described(execution: Any) -> dict[str, Any]:
    """Return the members of an execution that both descriptions and lists have."""
    found: dict[str, Any] = {"redriveCount": _count(execution)}
    return {**found, "redriveDate": execution.redrive_date} if found["redriveCount"] else found


def _describe(self: StepFunctionResponse) -> ActionResult:
    """DescribeExecution: with what is known about redrives."""
    answer: Any = original(StepFunctionResponse, "describe_execution")(self)
    execution: Any = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
    found: dict[str, Any] = {**answer.result, **_described(execution)}
    if execution.stop_date is not None:
        found["stopDate"] = execution.stop_date
    if execution.sm_type != StateMachineType.EXPRESS:
        reason = obstacle(execution, dt.datetime.now(dt.UTC))
        found["redriveStatus"] = "NOT_REDRIVABLE" if reason else "REDRIVABLE"
        if reason:
            found["redriveStatusReason"] = f"{reason}."
    return ActionResult(found)


def _list(self: StepFunctionResponse) -> ActionResult:
    """ListExecutions: with the number of redrives."""
    answer: Any = original(StepFunctionResponse, "list_executions")(self)
    for item in answer.result["executions"]:
        item.update(_described(self.stepfunction_backend.describe_execution(item["executionArn"])))
    return ActionResult(answer.result)


def install(context: Context) -> None:
    """Answer the call, and describe executions with their redrives."""

    def redrive(self: StepFunctionResponse) -> ActionResult:
        return _redrive(context, self)

    add(StepFunctionResponse, "redrive_execution", redrive)
    replace(StepFunctionResponse, "describe_execution", _describe)
    replace(StepFunctionResponse, "list_executions", _list)
