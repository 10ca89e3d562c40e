"""States that end a failed execution: extract a readable cause, notify, log the run, release the lease."""

from __future__ import annotations

from infra.pipeline import lease
from infra.pipeline.states import (
    NOTIFY_FAILURE,
    RECORD_FAILURE,
    State,
    States,
    choice,
    notification,
    record,
    task,
)
from lake.naming import RunOutcome

JOB_FAILED = "IsJobRunInCause"
FAILED = "Failed"

_JOB_ERROR = "States.Format('{} (job run {})', $.job.run.ErrorMessage, $.job.run.Id)"


def failed(domain: str, topic_arn: str, lease_table: str, function: str) -> States:
    """Return the states that end an execution whose error is in `$.failure`.

    `$.failure.step` names the failed state, `$.failure.what` holds Error and Cause. A failed Glue job enters
    at JOB_FAILED, every other step at NOTIFY_FAILURE. `function` is the ARN of the function that logs runs.
    """
    error = {"error": "$.failure.what.Error", "cause": "$.failure.what.Cause"}
    return {
        **job_error(),
        **task(
            NOTIFY_FAILURE,
            "sns:publish",
            notification(domain, topic_arn, "failed", step="$.failure.step", **error),
            service="sns",
            # The lease must be released even if notification or log fail.
            on_failure=RECORD_FAILURE,
            next=RECORD_FAILURE,
        ),
        **record(
            RECORD_FAILURE,
            function,
            RunOutcome.FAILED,
            error=error["error"],
            on_failure=lease.RELEASE_AFTER_FAILURE,
            next=lease.RELEASE_AFTER_FAILURE,
        ),
        **lease.release(
            domain,
            lease_table,
            step=lease.RELEASE_AFTER_FAILURE,
            # The execution may not hold the lease. Its own failure is the one to report.
            on_failure=FAILED,
            next=FAILED,
        ),
        FAILED: end_failed(),
    }


def end_failed() -> State:
    """Return the state that fails an execution with the step and the error in `$.failure`."""
    return {
        "Type": "Fail",
        "ErrorPath": "$.failure.step",
        "CausePath": "States.Format('{}: {}', $.failure.what.Error, $.failure.what.Cause)",
    }


def job_error() -> States:
    """Return the states from JOB_FAILED to NOTIFY_FAILURE.

    They shorten a failed job's cause to the error message and the run's id. The cause of a run that failed is
    the whole run as JSON; the cause of a run that did not start is a text. The run's id is the name of its
    log streams.
    """
    is_job_run = {
        "And": [
            {"Variable": "$.failure.what.Cause", "StringMatches": f'{{*"{key}":*}}'}
            for key in ("ErrorMessage", "Id")
        ]
    }
    return {
        JOB_FAILED: choice({**is_job_run, "Next": "ParseJobRun"}, default=NOTIFY_FAILURE),
        "ParseJobRun": {
            "Type": "Pass",
            "Parameters": {"run.$": "States.StringToJson($.failure.what.Cause)"},
            "ResultPath": "$.job",
            "Next": "ExtractJobError",
        },
        "ExtractJobError": {
            "Type": "Pass",
            "Parameters": {"Error.$": "$.failure.what.Error", "Cause.$": _JOB_ERROR},
            "ResultPath": "$.failure.what",
            "Next": NOTIFY_FAILURE,
        },
    }
