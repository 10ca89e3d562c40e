"""States that acquire and release a domain's lease, so that one execution runs at a time.

The lease is a DynamoDB item per domain that holds the owner's execution ARN. An execution that finds the
lease taken checks the owner. It waits while the owner runs. If the owner has ended without releasing the
lease, the execution takes the lease over, by a write whose condition is that the owner is still the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from infra.pipeline.states import States, choice, equals, failure, present, task, wait

ACQUIRE = "AcquireLease"
RELEASE = "ReleaseLease"
RELEASE_AFTER_FAILURE = "ReleaseLeaseAfterFailure"

_TAKEN = "DynamoDB.ConditionalCheckFailedException"
_OWNER = {"S.$": "$$.Execution.Id"}
_NAMES = {"#owner": "owner"}


def acquire(domain: str, table: str, *, next: str, wait_seconds: int, attempts: int) -> States:
    """Return the states from ACQUIRE to `next`, which follows once the execution holds the lease.

    The execution fails after `attempts` checks of a running owner, `wait_seconds` apart; it counts them in
    `$.lease.attempts`, which must exist.
    """
    key = {"domain": {"S": domain}}
    item = {**key, "owner": _OWNER, "acquired_at": {"S.$": "$$.State.EnteredTime"}}
    return {
        **task(
            ACQUIRE,
            "dynamodb:putItem",
            {
                "TableName": table,
                "Item": item,
                # The second half lets a retry succeed whose first request succeeded without a response.
                "ConditionExpression": "attribute_not_exists(#domain) OR #owner = :me",
                "ExpressionAttributeNames": {"#domain": "domain", **_NAMES},
                "ExpressionAttributeValues": {":me": _OWNER},
            },
            service="dynamodb",
            expected={_TAKEN: "ReadLease"},
            next=next,
        ),
        **task(
            "ReadLease",
            "dynamodb:getItem",
            {"TableName": table, "Key": key, "ConsistentRead": True},
            service="dynamodb",
            result="$.lease.held",
            next="IsLeaseHeld",
        ),
        "IsLeaseHeld": choice(
            {**present("$.lease.held.Item.owner.S"), "Next": "DescribeLeaseOwner"},
            default=ACQUIRE,
            comment="The owner may have released the lease in the meantime.",
        ),
        **task(
            "DescribeLeaseOwner",
            "aws-sdk:sfn:describeExecution",
            {"ExecutionArn.$": "$.lease.held.Item.owner.S"},
            service="sfn",
            select={"status.$": "$.Status"},
            result="$.lease.state",
            expected={"Sfn.ExecutionDoesNotExistException": "TakeOverLease"},
            next="IsLeaseOwnerRunning",
        ),
        "IsLeaseOwnerRunning": choice(
            {**equals("$.lease.state.status", "RUNNING"), "Next": "CountLeaseAttempt"},
            default="TakeOverLease",
        ),
        **_take_over(table, item, next=next),
        **_wait(wait_seconds=wait_seconds, attempts=attempts),
    }


def _take_over(table: str, item: Mapping[str, object], *, next: str) -> States:
    return task(
        "TakeOverLease",
        "dynamodb:putItem",
        {
            "TableName": table,
            "Item": item,
            "ConditionExpression": "#owner = :dead",
            "ExpressionAttributeNames": _NAMES,
            "ExpressionAttributeValues": {":dead": {"S.$": "$.lease.held.Item.owner.S"}},
        },
        service="dynamodb",
        expected={_TAKEN: "CountLeaseAttempt"},
        comment="The owner ended without releasing the lease.",
        next=next,
    )


def _wait(*, wait_seconds: int, attempts: int) -> States:
    return {
        "CountLeaseAttempt": {
            "Type": "Pass",
            "Parameters": {"attempts.$": "States.MathAdd($.lease.attempts, 1)"},
            "ResultPath": "$.lease",
            "Next": "IsLeaseAttemptLeft",
        },
        "IsLeaseAttemptLeft": choice(
            {"Variable": "$.lease.attempts", "NumericLessThan": attempts, "Next": "WaitForLease"},
            default="LeaseTimedOut",
        ),
        "WaitForLease": wait(wait_seconds, next=ACQUIRE),
        "LeaseTimedOut": failure(
            ACQUIRE,
            {
                "Error": "LeaseHeld",
                "Cause": f"Another execution still holds the lease after {attempts} attempts, "
                f"{wait_seconds} s apart. Check whether that execution hangs. If so, stop it and start this "
                "one again.",
            },
        ),
    }


def release(domain: str, table: str, *, step: str, next: str, on_failure: str | None = None) -> States:
    """Return the task `step`, which releases the lease if this execution owns it.

    `on_failure` is the state after a failed release; without it, the failure is reported.
    """
    return task(
        step,
        "dynamodb:deleteItem",
        {
            "TableName": table,
            "Key": {"domain": {"S": domain}},
            # The first half lets a retry succeed whose first request succeeded without a response.
            "ConditionExpression": "attribute_not_exists(#domain) OR #owner = :me",
            "ExpressionAttributeNames": {"#domain": "domain", **_NAMES},
            "ExpressionAttributeValues": {":me": _OWNER},
        },
        service="dynamodb",
        on_failure=on_failure,
        next=next,
    )
