"""Builders of states in the Amazon States Language (JSONPath).

Every task is retried on the transient errors of its service. Any other error leads to a state that records
the failed step and its cause.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

State = dict[str, Any]
States = dict[str, State]

RECORD_SUCCESS = "RecordRun"
RECORD_PARTIAL = "RecordPartialRun"
RECORD_FAILURE = "RecordFailedRun"
NOTIFY_FAILURE = "NotifyFailure"

UNKNOWN = {"Error": "Unknown", "Cause": "No cause was given."}
"""Default error, which every execution holds in `$.unknown`: a time-out, for example, has no cause."""

TRANSIENT: Mapping[str, tuple[str, ...]] = {
    "glue": (
        "Glue.ThrottlingException",
        "Glue.InternalServiceException",
        "Glue.OperationTimeoutException",
        "Glue.SdkClientException",
        "Glue.AWSGlueException",
    ),
    "dynamodb": (
        "DynamoDB.ProvisionedThroughputExceededException",
        "DynamoDB.RequestLimitExceeded",
        "DynamoDB.ThrottlingException",
        "DynamoDB.InternalServerErrorException",
        "DynamoDB.InternalServerError",
        "DynamoDB.TransactionConflictException",
        "DynamoDB.SdkClientException",
        "DynamoDB.AmazonDynamoDBException",
    ),
    "s3": ("S3.SlowDownException", "S3.InternalErrorException", "S3.S3Exception", "S3.SdkClientException"),
    "lambda": (
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
        "Lambda.ClientExecutionTimeoutException",
        "Lambda.Unknown",
        "Sandbox.Timedout",
    ),
    "quicksight": (
        "QuickSight.ThrottlingException",
        "QuickSight.InternalFailureException",
        "QuickSight.QuickSightException",
        "QuickSight.SdkClientException",
    ),
    "states": (
        "StepFunctions.ExecutionLimitExceededException",
        "StepFunctions.ThrottlingException",
        "StepFunctions.AWSStepFunctionsException",
        "StepFunctions.SdkClientException",
    ),
    "sfn": ("Sfn.ThrottlingException", "Sfn.SfnException", "Sfn.SdkClientException"),
    "sns": (
        "SNS.ThrottledException",
        "SNS.InternalErrorException",
        "SNS.KMSThrottlingException",
        "SNS.SdkClientException",
        "SNS.AmazonSNSException",
    ),
}
"""Service → transient errors, on which a task is retried. A failed job is not among them: the same input
would fail again, and be billed again. Optimised integrations may name an error after the base class of the
first SDK (Glue.AWSGlueException), whatever its cause: a refused call then fails a minute later."""


def retry(*errors: str, seconds: int = 2, attempts: int = 5, rate: float = 2.0, longest: int = 60) -> State:
    """Return a retrier with exponential backoff and full jitter, which spreads simultaneous retries.

    `seconds` is the first interval, `longest` the limit of the intervals, in seconds.
    """
    return {
        "ErrorEquals": list(errors),
        "IntervalSeconds": seconds,
        "MaxAttempts": attempts,
        "BackoffRate": rate,
        "MaxDelaySeconds": longest,
        "JitterStrategy": "FULL",
    }


def longest_wait(retrier: State) -> int:
    """Return the seconds that all retries of a retrier wait together, at most."""
    first, rate = float(retrier["IntervalSeconds"]), float(retrier["BackoffRate"])
    longest = float(retrier["MaxDelaySeconds"])
    return ceil(sum(min(first * rate**attempt, longest) for attempt in range(retrier["MaxAttempts"])))


def task(
    step: str,
    resource: str,
    parameters: Mapping[str, Any],
    *,
    next: str,
    service: str,
    result: str | None = None,
    select: Mapping[str, Any] | None = None,
    also_retry: Sequence[State] = (),
    expected: Mapping[str, str] | None = None,
    timeout: int | None = None,
    comment: str = "",
    on_failure: str | None = None,
) -> States:
    """Return the task `step` and the state `<step>Failed`, which records its failure.

    - `service`: key of TRANSIENT. `also_retry`: retriers that come before the service's.
    - `select`, `result`: ResultSelector, and the path for the result; None discards the result.
    - `expected`: error → state that handles it, for errors that are part of the flow.
    - `timeout`: in seconds.
    - `on_failure`: state that follows any other error instead of `<step>Failed`, on the failure path where
      the execution has reported a failure already.
    """
    state: State = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}"}
    if comment:
        state["Comment"] = comment
    state["Parameters"] = dict(parameters)
    if select is not None:
        state["ResultSelector"] = dict(select)
    state["ResultPath"] = result
    if timeout is not None:
        state["TimeoutSeconds"] = timeout
    state["Retry"] = [*also_retry, retry(*TRANSIENT[service])]
    failed = on_failure or f"{step}Failed"
    caught = {"ResultPath": None} if on_failure else {"ResultPath": "$.failure"}
    state["Catch"] = [
        *(
            {"ErrorEquals": [error], "ResultPath": None, "Next": handler}
            for error, handler in (expected or {}).items()
        ),
        {"ErrorEquals": ["States.ALL"], **caught, "Next": failed},
    ]
    state["Next"] = next
    states = {step: state}
    if on_failure is None:
        states[failed] = named_failure(step)
    return states


def named_failure(step: str) -> State:
    """Return the state that adds `step` to the error that a Catch stored in `$.failure`.

    An error without a name or cause takes them from `$.unknown`.
    """
    return _failed(step, {"what.$": "States.JsonMerge($.unknown, $.failure, false)"})


def failure(step: str, error: Mapping[str, str]) -> State:
    """Return the state that fails `step` with `error`, which holds Error and Cause."""
    return _failed(step, {"what": dict(error)})


def _failed(step: str, parameters: Mapping[str, Any]) -> State:
    return {
        "Type": "Pass",
        "Parameters": {"step": step, **parameters},
        "ResultPath": "$.failure",
        "Next": NOTIFY_FAILURE,
    }


def notification(domain: str, topic_arn: str, outcome: str, **fields: str) -> dict[str, Any]:
    """Return the parameters of a task that publishes a message to a domain's topic.

    `fields` maps further fields of the message to their paths in the execution's data.
    """
    message = {
        "domain": domain,
        "outcome": outcome,
        "execution.$": "$$.Execution.Id",
        **{f"{key}.$": path for key, path in fields.items()},
    }
    return {"TopicArn": topic_arn, "Subject": f"Caudal {domain}: {outcome}", "Message": message}


def choice(*rules: State, default: str, comment: str = "") -> State:
    """Return a choice; the first rule that holds decides."""
    state: State = {"Type": "Choice", "Choices": list(rules), "Default": default}
    return {"Comment": comment, **state} if comment else state


def wait(seconds: int, *, next: str) -> State:
    return {"Type": "Wait", "Seconds": seconds, "Next": next}


def all_of(*tests: State, next: str) -> State:
    return {"And": list(tests), "Next": next}


def equals(variable: str, value: str | bool) -> State:
    operator = "BooleanEquals" if isinstance(value, bool) else "StringEquals"
    return {"Variable": variable, operator: value}


def present(variable: str) -> State:
    return {"Variable": variable, "IsPresent": True}


def record(
    step: str, function: str, status: str, *, next: str, error: str = "", on_failure: str | None = None
) -> States:
    """Return the task `step`, which logs the execution with `status` by the catalog's function.

    `error` is the path to the error of a failed execution. `on_failure` is the state after a failed call;
    without it, the failure is reported.
    """
    payload = {
        "action": "record",
        "status": status,
        "execution.$": "$$.Execution.Name",
        "started_at.$": "$$.Execution.StartTime",
        **({"error.$": error} if error else {}),
    }
    return task(
        step,
        "lambda:invoke",
        {"FunctionName": function, "Payload": payload},
        service="lambda",
        on_failure=on_failure,
        next=next,
    )
