from __future__ import annotations

from dataclasses import replace

import pytest

from infra.pipeline.definition import LEASE_ATTEMPTS
from tests.infra.machine import PLAN, STATES


def test_the_lease_belongs_to_the_execution_and_is_never_overwritten() -> None:
    taken = STATES["AcquireLease"]["Parameters"]
    assert taken["Item"]["owner"] == {"S.$": "$$.Execution.Id"}
    assert taken["ConditionExpression"] == "attribute_not_exists(#domain) OR #owner = :me"
    assert STATES["TakeOverLease"]["Parameters"]["ConditionExpression"] == "#owner = :dead"
    for name in ("ReleaseLease", "ReleaseLeaseAfterFailure"):
        assert STATES[name]["Parameters"]["ConditionExpression"] == "#owner = :me"


def test_only_a_dead_owner_is_replaced() -> None:
    assert STATES["IsLeaseOwnerRunning"]["Choices"][0] == {
        "Variable": "$.lease.state.status",
        "StringEquals": "RUNNING",
        "Next": "CountLeaseAttempt",
    }
    expired = STATES["DescribeLeaseOwner"]["Catch"][0]
    assert expired["ErrorEquals"] == ["Sfn.ExecutionDoesNotExistException"]
    assert expired["Next"] == "TakeOverLease"


@pytest.mark.parametrize("minutes", [60, 180])
def test_waiting_for_the_lease_is_bounded_and_fits_the_history(minutes: int) -> None:
    plan = replace(PLAN, job_timeout_seconds=minutes * 60)
    two_jobs = 2 * plan.job_timeout_seconds
    assert two_jobs < plan.lease_wait_seconds * LEASE_ATTEMPTS < plan.timeout_seconds
    assert LEASE_ATTEMPTS * 25 < 25_000 / 2
    assert STATES["IsLeaseAttemptLeft"]["Default"] == "LeaseTimedOut"
