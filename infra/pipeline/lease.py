"""The states that let one execution of a domain run at a time.

The lease is an item per domain, owned by an execution's ARN. An execution that finds it taken looks
at the owner: one that runs is waited for, one that does not has died and is replaced, under the
condition that nobody else was quicker.
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
    """States from `AcquireLease` until the lease is held and `next` follows.

    Expects `$.lease.attempts`, and gives up after that many looks at a running owner.
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
                # The second half makes a repeated request harmless whose first answer was lost.
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
            {**present("$.lease.held.Item.owner.S"), "Next": "DescribeOwner"},
            default=ACQUIRE,
            comment="It may have been released in the meantime.",
        ),
        **task(
            "DescribeOwner",
            "aws-sdk:sfn:describeExecution",
            {"ExecutionArn.$": "$.lease.held.Item.owner.S"},
            service="sfn",
            select={"status.$": "$.Status"},
            result="$.lease.state",
            expected={"Sfn.ExecutionDoesNotExistException": "TakeOverLease"},
            next="IsOwnerRunning",
        ),
        "IsOwnerRunning": choice(
            {**equals("$.lease.state.status", "RUNNING"), "Next": "CountAttempt"},
            default="TakeOverLease",
        ),
        **_take_over(table, item, next=next),
        **_patience(wait_seconds=wait_seconds, attempts=attempts),
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
        expected={_TAKEN: "CountAttempt"},
        comment="The owner died without releasing the lease.",
        next=next,
    )


def _patience(*, wait_seconds: int, attempts: int) -> States:
    return {
        "CountAttempt": {
            "Type": "Pass",
            "Parameters": {"attempts.$": "States.MathAdd($.lease.attempts, 1)"},
            "ResultPath": "$.lease",
            "Next": "IsPatienceLeft",
        },
        "IsPatienceLeft": choice(
            {"Variable": "$.lease.attempts", "NumericLessThan": attempts, "Next": "WaitForLease"},
            default="LeaseNotAcquired",
        ),
        "WaitForLease": wait(wait_seconds, next=ACQUIRE),
        "LeaseNotAcquired": failure(
            ACQUIRE,
            {
                "Error": "LeaseHeld",
                "Cause": f"Another execution still holds the lease after {attempts} looks, "
                f"{wait_seconds} s apart. See whether it hangs, stop it, then start this one again.",
            },
        ),
    }


def release(domain: str, table: str, *, step: str, next: str, on_failure: str | None = None) -> States:
    """Gives the lease back, if it is this execution's."""
    return task(
        step,
        "dynamodb:deleteItem",
        {
            "TableName": table,
            "Key": {"domain": {"S": domain}},
            "ConditionExpression": "#owner = :me",
            "ExpressionAttributeNames": _NAMES,
            "ExpressionAttributeValues": {":me": _OWNER},
        },
        service="dynamodb",
        on_failure=on_failure,
        next=next,
    )
