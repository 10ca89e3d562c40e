"""The failure path: the notification and the error with which an execution fails."""

from __future__ import annotations

import fnmatch

import pytest

from infra.pipeline.failure_states import failed

LOG_FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:reconcile"
STATES = failed("shop", "arn:aws:sns:us-east-1:123456789012:topic", "leases", LOG_FUNCTION)


def test_notification_names_step_error_and_cause() -> None:
    parameters = STATES["NotifyFailure"]["Parameters"]
    assert parameters["Subject"] == "Caudal shop: failed"
    assert parameters["Message"] == {
        "domain": "shop",
        "outcome": "failed",
        "execution.$": "$$.Execution.Id",
        "step.$": "$.failure.step",
        "error.$": "$.failure.what.Error",
        "cause.$": "$.failure.what.Cause",
    }


@pytest.mark.parametrize(
    ("cause", "is_run"),
    [
        ('{"Attempt":0,"ErrorMessage":"no such table","Id":"jr_1"}', True),
        ('{"Attempt":0,"Id":"jr_1"}', False),
        ("Concurrent runs exceeded", False),
    ],
)
def test_only_a_cause_that_is_a_failed_job_run_is_parsed(cause: str, is_run: bool) -> None:
    (rule,) = STATES["IsJobRunInCause"]["Choices"]
    assert rule["Next"] == "ParseJobRun"
    assert STATES["IsJobRunInCause"]["Default"] == "NotifyFailure"
    matches = [fnmatch.fnmatchcase(cause, condition["StringMatches"]) for condition in rule["And"]]
    assert all(matches) is is_run


def test_cause_of_a_failed_job_is_its_error_message_and_run_id() -> None:
    assert STATES["ParseJobRun"]["Next"] == "ExtractJobError"
    extracted = STATES["ExtractJobError"]
    assert extracted["ResultPath"] == "$.failure.what"
    assert "$.job.run.ErrorMessage, $.job.run.Id" in extracted["Parameters"]["Cause.$"]


def test_failed_run_is_logged_with_its_error() -> None:
    assert STATES["RecordFailedRun"]["Parameters"] == {
        "FunctionName": LOG_FUNCTION,
        "Payload": {
            "action": "record",
            "status": "FAILED",
            "execution.$": "$$.Execution.Name",
            "started_at.$": "$$.Execution.StartTime",
            "error.$": "$.failure.what.Error",
        },
    }


def test_failed_notification_log_or_release_still_fails_the_execution_with_the_first_error() -> None:
    assert STATES["NotifyFailure"]["Catch"][-1]["ResultPath"] is None
    assert STATES["RecordFailedRun"]["Catch"][-1] == {
        "ErrorEquals": ["States.ALL"],
        "ResultPath": None,
        "Next": "ReleaseLeaseAfterFailure",
    }
    assert STATES["ReleaseLeaseAfterFailure"]["Catch"][-1]["Next"] == "Failed"
    assert STATES["Failed"]["ErrorPath"] == "$.failure.step"
