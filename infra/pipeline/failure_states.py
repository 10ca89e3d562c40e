"""How an execution ends that failed: the cause made readable, told, and the lease given back."""

from __future__ import annotations

from infra.pipeline import lease
from infra.pipeline.states import NOTIFY_FAILURE, States, choice, notification, task

READ_JOB_RUN = "IsJobRunDescribed"

_SAID = "States.Format('{} (job run {})', $.job.run.ErrorMessage, $.job.run.Id)"


def failed(domain: str, topic_arn: str, lease_table: str) -> States:
    """From `$.failure` (step, what went wrong) to the end of the execution.

    What a failed Glue job leaves as its cause is the whole run as JSON, if it ran; other steps
    enter at NOTIFY_FAILURE.
    """
    what = {"error": "$.failure.what.Error", "cause": "$.failure.what.Cause"}
    return {
        **_job_run(),
        **task(
            NOTIFY_FAILURE,
            "sns:publish",
            notification(domain, topic_arn, "failed", step="$.failure.step", **what),
            service="sns",
            # Whether or not anybody could be told, the lease must not stay behind.
            on_failure=lease.RELEASE_AFTER_FAILURE,
            next=lease.RELEASE_AFTER_FAILURE,
        ),
        **lease.release(
            domain,
            lease_table,
            step=lease.RELEASE_AFTER_FAILURE,
            # A lease that was never acquired, or lost, is no news: the failure itself is.
            on_failure="Failed",
            next="Failed",
        ),
        "Failed": {
            "Type": "Fail",
            "ErrorPath": "$.failure.step",
            "CausePath": "States.Format('{}: {}', $.failure.what.Error, $.failure.what.Cause)",
        },
    }


def _job_run() -> States:
    """Of a job run's description, keep what it died of, and the id under which its log is found."""
    described = {
        "And": [
            {"Variable": "$.failure.what.Cause", "StringMatches": f'{{*"{key}":*}}'}
            for key in ("ErrorMessage", "Id")
        ]
    }
    return {
        READ_JOB_RUN: choice({**described, "Next": "ReadJobRun"}, default=NOTIFY_FAILURE),
        "ReadJobRun": {
            "Type": "Pass",
            "Parameters": {"run.$": "States.StringToJson($.failure.what.Cause)"},
            "ResultPath": "$.job",
            "Next": "KeepItsError",
        },
        "KeepItsError": {
            "Type": "Pass",
            "Parameters": {"Error.$": "$.failure.what.Error", "Cause.$": _SAID},
            "ResultPath": "$.failure.what",
            "Next": NOTIFY_FAILURE,
        },
    }
