"""Amazon States Language in small parts: a task that retries what passes and names what fails.

JSONPath throughout. Every task here is retried on the errors that its service gives when it is
busy, and caught on everything else by a state that names the step and keeps the cause.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

State = dict[str, Any]
States = dict[str, State]

NOTIFY_FAILURE = "NotifyFailure"

UNKNOWN = {"Error": "Unknown", "Cause": "No cause was given."}
"""Belongs in `$.unknown` of every execution: a timeout, for one, comes without a cause."""

TRANSIENT: Mapping[str, tuple[str, ...]] = {
    "glue": (
        "Glue.ThrottlingException",
        "Glue.InternalServiceException",
        "Glue.OperationTimeoutException",
        "Glue.SdkClientException",
    ),
    "dynamodb": (
        "DynamoDB.ProvisionedThroughputExceededException",
        "DynamoDB.RequestLimitExceeded",
        "DynamoDB.ThrottlingException",
        "DynamoDB.InternalServerErrorException",
        "DynamoDB.InternalServerError",
        "DynamoDB.TransactionConflictException",
        "DynamoDB.SdkClientException",
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
    "sfn": ("Sfn.ThrottlingException", "Sfn.SfnException", "Sfn.SdkClientException"),
    "sns": (
        "SNS.ThrottledException",
        "SNS.InternalErrorException",
        "SNS.KMSThrottlingException",
        "SNS.SdkClientException",
    ),
}
"""Service → errors that another attempt may cure. A job that failed is not among them: the same
input would fail again, and be billed again."""


def retry(*errors: str, seconds: int = 2, attempts: int = 5, rate: float = 2.0, longest: int = 60) -> State:
    """A retrier with full jitter: simultaneous failures do not come back simultaneously."""
    return {
        "ErrorEquals": list(errors),
        "IntervalSeconds": seconds,
        "MaxAttempts": attempts,
        "BackoffRate": rate,
        "MaxDelaySeconds": longest,
        "JitterStrategy": "FULL",
    }


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
    """A task and the state that reports its failure.

    `result` is the path that takes the (selected) result, None discards it. `expected` maps errors
    that belong to the flow to the state that handles them; `on_failure` replaces the reporting
    state where a failure has been reported already.
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
    """Names the step of what a Catch left in `$.failure`; `$.unknown` stands in for what it left out."""
    return _failed(step, {"what.$": "States.JsonMerge($.unknown, $.failure, false)"})


def failure(step: str, what: Mapping[str, str]) -> State:
    """Enters the failure path, which every failure takes, with an Error and a Cause."""
    return _failed(step, {"what": dict(what)})


def _failed(step: str, what: Mapping[str, Any]) -> State:
    return {
        "Type": "Pass",
        "Parameters": {"step": step, **what},
        "ResultPath": "$.failure",
        "Next": NOTIFY_FAILURE,
    }


def notification(domain: str, topic_arn: str, outcome: str, **more: str) -> dict[str, Any]:
    """What a task publishes to a domain's topic; `more` maps further fields to where they lie."""
    message = {
        "domain": domain,
        "outcome": outcome,
        "execution.$": "$$.Execution.Id",
        **{f"{key}.$": path for key, path in more.items()},
    }
    return {"TopicArn": topic_arn, "Subject": f"Caudal {domain}: {outcome}", "Message": message}


def choice(*rules: State, default: str, comment: str = "") -> State:
    """A choice; the first rule that holds decides."""
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
