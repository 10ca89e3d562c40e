"""States that log an execution in gold before it releases the lease."""

from __future__ import annotations

from infra.pipeline.states import States, task

RECORD_SUCCESS = "RecordRun"
RECORD_PARTIAL = "RecordPartialRun"
RECORD_FAILURE = "RecordFailedRun"


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
