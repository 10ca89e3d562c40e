"""Why a deployment failed: the first failed resource of each stack, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient

COMPLETE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", "DELETE_COMPLETE")
"""States of a stack whose last change succeeded."""

AGAIN = "Then run the command again: what is done stays done."

REMEDIES = (
    (
        r"expired",
        "Sign in again.",
    ),
    (
        r"(?i)glue ?version|version .*6\.0.* not (supported|available)",
        "This region has no Glue 6.0 yet: choose another with --region.",
    ),
    (
        r"(?i)bucket.*(already exists|not available|taken)|BucketAlreadyExists",
        (
            "Another account owns a bucket of this name, or one was left by hand: delete it if it is yours, "
            "otherwise choose another environment name in infra/foundation/config.py."
        ),
    ),
    (
        r"(?i)already exists",
        "A resource of this name exists outside of the stack: delete it, or import it into the stack.",
    ),
    (
        r"(?i)access ?denied|not authorized|forbidden|unauthorized",
        "Ask for the permission that the reason names, for your user and for the CDK's deployment role.",
    ),
    (
        r"(?i)bootstrap",
        "Bootstrap account and region for the CDK: answer yes to the question of `caudal deploy`.",
    ),
    (
        r"(?i)limit ?exceeded|quota",
        "Ask for a higher quota in Service Quotas, or remove what is not needed.",
    ),
)
"""(pattern of a reason, remedy); the first that matches counts."""

STATE_REMEDIES = {
    "UPDATE_ROLLBACK_FAILED": "Run `aws cloudformation continue-update-rollback --stack-name {stack}`.",
    "DELETE_FAILED": "Remove what the reason names, and delete the stack again.",
    "ROLLBACK_FAILED": "Delete the stack: `aws cloudformation delete-stack --stack-name {stack}`.",
}
"""State of a stack → what has to happen before it can be deployed again."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A stack whose last change failed; `resource` and `reason` are of the first resource that failed."""

    stack: str
    status: str
    resource: str
    reason: str

    @property
    def remedy(self) -> str:
        """What to do, before the command is run again."""
        found = next((remedy for pattern, remedy in REMEDIES if re.search(pattern, self.reason)), "")
        steps = [found or "Remove the cause.", STATE_REMEDIES.get(self.status, "").format(stack=self.stack)]
        return " ".join([step for step in steps if step] + [AGAIN])


def failures(session: boto3.Session, region: str, stacks: Iterable[str]) -> list[Failure]:
    """Return the failures among `stacks`; stacks that do not exist or are complete have none."""
    client = session.client("cloudformation", region_name=region)
    found = (_failure(client, stack) for stack in stacks)
    return [failure for failure in found if failure is not None]


def _failure(client: CloudFormationClient, stack: str) -> Failure | None:
    try:
        described = client.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    status = described["StackStatus"]
    if status in COMPLETE:
        return None
    first = _first_failed(client, stack)
    return Failure(
        stack=stack,
        status=status,
        resource=" ".join(
            part for part in (first.get("ResourceType"), first.get("LogicalResourceId")) if part
        ),
        reason=first.get("ResourceStatusReason") or described.get("StackStatusReason", ""),
    )


def _first_failed(client: CloudFormationClient, stack: str) -> dict[str, Any]:
    """Return the event of the resource that failed first in the stack's last change."""
    first: dict[str, Any] = {}
    for page in client.get_paginator("describe_stack_events").paginate(StackName=stack):
        for event in page["StackEvents"]:  # Newest first.
            reason = event.get("ResourceStatusReason", "")
            if event["ResourceStatus"].endswith("_FAILED") and "cancelled" not in reason:
                first = dict(event)
            if _begins_change(event, stack):
                return first
    return first


def _begins_change(event: Any, stack: str) -> bool:
    is_stack = event["LogicalResourceId"] == stack and event["ResourceType"] == "AWS::CloudFormation::Stack"
    return is_stack and event["ResourceStatus"] in (
        "CREATE_IN_PROGRESS",
        "UPDATE_IN_PROGRESS",
        "DELETE_IN_PROGRESS",
    )
