"""The lease that lets one execution of a pipeline run at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infra.pipeline.lease import acquire, release
from infra.pipeline.plan import LEASE_ATTEMPTS
from tests.infra.pipeline_definitions import PLAN, STATES


def test_every_write_of_the_lease_is_conditional_on_its_owner() -> None:
    acquired = STATES["AcquireLease"]["Parameters"]
    assert acquired["Item"]["owner"] == {"S.$": "$$.Execution.Id"}
    assert acquired["ConditionExpression"] == "attribute_not_exists(#domain) OR #owner = :me"
    assert STATES["TakeOverLease"]["Parameters"]["ConditionExpression"] == "#owner = :dead"
    for name in ("ReleaseLease", "ReleaseLeaseAfterFailure"):
        # A retried release finds no lease if the first request did release it.
        released = STATES[name]["Parameters"]["ConditionExpression"]
        assert released == "attribute_not_exists(#domain) OR #owner = :me"


def test_lease_is_taken_over_only_from_an_owner_that_does_not_run() -> None:
    assert STATES["IsLeaseOwnerRunning"]["Choices"][0] == {
        "Variable": "$.lease.state.status",
        "StringEquals": "RUNNING",
        "Next": "CountLeaseAttempt",
    }
    deleted = STATES["DescribeLeaseOwner"]["Catch"][0]
    assert deleted["ErrorEquals"] == ["Sfn.ExecutionDoesNotExistException"]
    assert deleted["Next"] == "TakeOverLease"


@pytest.mark.parametrize("minutes", [60, 180])
def test_wait_for_the_lease_is_bounded_and_fits_the_history(minutes: int) -> None:
    plan = replace(PLAN, job_timeout_seconds=minutes * 60)
    two_jobs = 2 * plan.job_timeout_seconds
    assert two_jobs < plan.lease_wait_seconds * LEASE_ATTEMPTS < plan.timeout_seconds
    assert LEASE_ATTEMPTS * 25 < 25_000 / 2
    assert STATES["IsLeaseAttemptLeft"]["Default"] == "LeaseTimedOut"


def test_release_that_fails_is_reported_unless_a_failure_is_reported_already() -> None:
    states = release("shop", "leases", step="Release", next="Done")
    assert states.keys() == {"Release", "ReleaseFailed"}
    states = release("shop", "leases", step="Release", next="Done", on_failure="Failed")
    assert states.keys() == {"Release"}
    assert states["Release"]["Catch"][-1]["Next"] == "Failed"


def test_error_of_the_time_out_names_attempts_and_interval() -> None:
    states = acquire("shop", "leases", next="Run", wait_seconds=72, attempts=5)
    assert states["WaitForLease"] == {"Type": "Wait", "Seconds": 72, "Next": "AcquireLease"}
    failed = states["LeaseTimedOut"]["Parameters"]
    assert (failed["step"], failed["what"]["Error"]) == ("AcquireLease", "LeaseHeld")
    assert "after 5 attempts, 72 s apart" in failed["what"]["Cause"]
