"""Patches that make moto execute state machines in their role, with scaled waits and AWS's error names."""

from __future__ import annotations

import datetime as dt
import functools
import importlib
import time
import types
import uuid
from collections.abc import Callable
from typing import Any

import moto.stepfunctions.models
from moto.core.config import default_user_config
from moto.core.exceptions import JsonRESTError
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_callback,
    state_task_service_glue,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import (
    ResourceCondition,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (
    StateTaskServiceAwsSdk,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_glue import (
    StateTaskServiceGlue,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sfn import (
    StateTaskServiceSfn,
)
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication, Execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend, stepfunctions_parser_backends

from localcloud.context import Context
from localcloud.errors import UnsupportedError
from localcloud.execution import crawler, glue
from localcloud.patching import original, replace
from localcloud.stepfunctions import choices, executions, redrive
from localcloud.stepfunctions.client import SERVICE, TaskClient, task_client

EndListener = Callable[[Execution], None]
"""Called with each execution when it has ended."""

POLL_SECONDS = 0.1
MAX_WAIT_SECONDS = 2.0
"""Upper limit of a scaled wait."""

_TASKS = "moto.stepfunctions.parser.asl.component.state.exec"
_CLIENT_MODULES = tuple(
    f"{_TASKS}.{name}"
    for name in (
        "state_task.lambda_eval_utils",
        "state_task.service.state_task_service_dynamodb",
        "state_task.service.state_task_service_events",
        "state_task.service.state_task_service_glue",
        "state_task.service.state_task_service_sfn",
        "state_task.service.state_task_service_sns",
        "state_task.service.state_task_service_sqs",
        "state_map.item_reader.eval.resource_eval_s3",
        "state_map.result_writer.resource_eval.resource_eval_s3",
    )
)
_SDK_ERROR_NAMES = {"quicksight": "QuickSight", "dynamodb": "DynamoDb"}
"""Prefixes of error names that are not just the capitalised service name."""

_FAILED_RUNS = {"FAILED", "TIMEOUT", "ERROR", "STOPPED"}


def install(context: Context, on_end: EndListener) -> None:
    """Patch moto's Step Functions; `on_end` is called with every execution that ends, in any status."""
    default_user_config["stepfunctions"]["execute_state_machine"] = True
    replace(moto.stepfunctions.models, "stepfunctions_backends", stepfunctions_parser_backends)
    # moto's own constructor rejects names with the prefix States., which a Fail state may raise again.
    replace(CustomErrorName, "__init__", lambda self, error_name: ErrorName.__init__(self, error_name))
    choices.install()
    executions.install()
    redrive.install(context)
    _install_clients(context)
    _install_waits(context)
    # A stopped job run has not done its work, so its task fails.
    replace(state_task_service_glue, "_JOB_RUN_STATE_ABNORMAL_TERMINAL_VALUE", _FAILED_RUNS)
    callback = state_task_service_callback.StateTaskServiceCallback
    replace(callback, "_eval_integration_pattern", _eval_integration_pattern)
    replace(StepFunctionsParserBackend, "start_execution", functools.partialmethod(_start_execution, context))
    replace(BaseExecutionWorkerCommunication, "terminated", functools.partialmethod(_terminated, on_end))


def _install_clients(context: Context) -> None:
    def client_for(region: str, service: str, state_credentials: Any = None) -> TaskClient:
        return task_client(context, service, state_credentials.role_arn)

    for name in _CLIENT_MODULES:
        replace(importlib.import_module(name), "boto_client_for", client_for)

    def eval_sdk(
        self: Any,
        env: Any,
        resource_runtime_part: Any,
        normalised_parameters: dict[str, Any],
        state_credentials: Any,
    ) -> None:
        client = task_client(context, self._get_boto_service_name(), state_credentials.role_arn)
        env.stack.append(client.call_sdk(self._get_boto_service_action(), normalised_parameters))

    def error_name(service_name: str) -> str:
        lowered = service_name.lower()
        return _SDK_ERROR_NAMES.get(lowered, lowered.capitalize())

    replace(StateTaskServiceAwsSdk, "_eval_service_task", eval_sdk)
    # States:startExecution has names in PascalCase on both sides, the API has not.
    replace(StateTaskServiceSfn, "_eval_service_task", eval_sdk)

    def exception_name(service_name: str, error: Exception) -> str:
        # AWS reports S3Exception. boto3 has a class AccessDenied only because one rare operation declares it.
        if (service_name, type(error).__name__) == ("S3", "AccessDenied"):
            return "S3.S3Exception"
        name: str = original(StateTaskServiceAwsSdk, "_normalise_exception_name")(service_name, error)
        return name

    replace(StateTaskServiceAwsSdk, "_normalise_service_error_name", staticmethod(error_name))
    replace(StateTaskServiceAwsSdk, "_normalise_exception_name", staticmethod(exception_name))


def _install_waits(context: Context) -> None:
    def scaled(seconds: float) -> float:
        return min(seconds * context.time_scale, MAX_WAIT_SECONDS)

    def wait_interval(self: Any, env: Any, wait_seconds: float) -> None:
        deadline = time.monotonic() + scaled(wait_seconds)
        crawls = crawler.running()
        while env.is_running() and (left := deadline - time.monotonic()) > 0:
            if crawls and all(crawl.end_time is not None for crawl in crawls):
                # What the state machine waits for here takes minutes on AWS; locally it has happened.
                return
            env.program_state_event.wait(min(left, POLL_SECONDS) if crawls else left)

    replace(WaitFunction, "_wait_interval", wait_interval)
    sleep = types.SimpleNamespace(sleep=lambda seconds: time.sleep(scaled(seconds)))
    replace(retrier_decl, "time", sleep)


def _eval_integration_pattern(
    self: Any, env: Any, resource_runtime_part: Any, normalised_parameters: Any, state_credentials: Any
) -> None:
    """Wait for the job run of a `.sync` task, and stop the run if the execution ends first, as on AWS."""
    if self.resource.condition != ResourceCondition.Sync or not isinstance(self, StateTaskServiceGlue):
        raise UnsupportedError(
            "the integration pattern cannot be executed locally.", where=self.resource.resource_arn
        )
    task: Any = self
    started = env.stack[-1]
    resolver = task._build_sync_resolver(
        env=env,
        resource_runtime_part=resource_runtime_part,
        normalised_parameters=normalised_parameters,
        state_credentials=state_credentials,
    )
    while env.is_running():
        # Asking the service again and again would take the processor that the job needs.
        if not glue.executor().await_end(started["JobRunId"], POLL_SECONDS):
            continue
        result = resolver()
        if result is not None:
            env.stack.append(result)
            return
        time.sleep(POLL_SECONDS)
    client = task._get_glue_client(resource_runtime_part, state_credentials)
    client.batch_stop_job_run(JobName=started["JobName"], JobRunIds=[started["JobRunId"]])


def _start_execution(
    self: StepFunctionsParserBackend,
    context: Context,
    state_machine_arn: str,
    name: str | None = None,
    execution_input: str | None = None,
    trace_header: str | None = None,
) -> Execution:
    """Start an execution if its role trusts Step Functions.

    An execution without a name gets a unique one, because moto's generated names collide.
    """
    executions.check_name(name)
    role_arn = self.describe_state_machine(state_machine_arn).roleArn
    if not context.trusts(role_arn, SERVICE, state_machine_arn):
        message = (
            f"Neither the global service principal {SERVICE}, nor the regional one is authorized to assume"
        )
        raise JsonRESTError("AccessDeniedException", f"{message} the provided role {role_arn}.")
    execution: Execution = original(StepFunctionsParserBackend, "start_execution")(
        self, state_machine_arn, name or str(uuid.uuid4()), execution_input, trace_header
    )
    return execution


def _terminated(self: BaseExecutionWorkerCommunication, on_end: EndListener) -> None:
    original(BaseExecutionWorkerCommunication, "terminated")(self)
    on_end(self.execution)


def running(context: Context) -> list[str]:
    """Return the ARNs of the executions that have not ended."""
    return [execution.exec_arn for execution in _running(context)]


def stop_all(context: Context) -> None:
    """Abort the executions that have not ended, and wait for their threads for up to MAX_WAIT_SECONDS."""
    for execution in _running(context):
        execution.stop(
            stop_date=dt.datetime.now(dt.UTC), error="Stopped", cause="The local cloud was stopped."
        )
    deadline = time.monotonic() + MAX_WAIT_SECONDS
    while running(context) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def _running(context: Context) -> list[Any]:
    backend: Any = stepfunctions_parser_backends[context.account][context.region]
    return [
        execution
        for machine in backend.state_machines
        for execution in list(machine.executions)
        if execution.exec_status is not None and execution.status == "RUNNING"
    ]
