"""Why a deployment failed: each stack's first failed resource or refused change set, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from lake.naming import Names

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient

COMPLETE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", "DELETE_COMPLETE")
"""States of a stack whose last change succeeded."""

UNEXECUTED = "REVIEW_IN_PROGRESS"
"""State of a new stack until its change set is executed; it never is if CloudFormation refuses it."""

AGAIN = "Then run the command again: what is done stays done."

OTHER_REGION = (
    "This region has no Glue 6.0 yet, and an environment lives in one region: run "
    "`caudal destroy --env {env} --region {region}` first, then `caudal deploy` with another --region."
)

REMEDIES = (
    (
        r"(?i)expired",
        "Sign in again.",
    ),
    (
        r"(?i)worker ?type",
        "Glue has no workers of this type here: choose another in infra/jobs, where the job is defined.",
    ),
    (
        r"(?i)glue ?version|version .*6\.0.* not (supported|available)",
        OTHER_REGION,
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
        r"EarlyValidation::ResourceExistenceCheck",
        "A resource exists outside of the stack, the CDK's message above names it: delete it, or import it.",
    ),
    (
        r"EarlyValidation",
        "CloudFormation refused the template before any change: correct what the CDK's message above names.",
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
    (
        r"(?i)\bimport",
        "A resource outlived its stack and cannot be imported as it is: make it fit what the reason asks.",
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
    """A stack of `env` in `region` whose last change failed.

    `resource` and `reason` are of the first resource that failed. Without a resource, CloudFormation refused
    the change as a whole.
    """

    env: str
    region: str
    stack: str
    status: str
    resource: str
    reason: str

    @property
    def remedy(self) -> str:
        """What to do, and then to run."""
        found = next((remedy for pattern, remedy in REMEDIES if re.search(pattern, self.reason)), "")
        if found == OTHER_REGION:
            return found.format(env=self.env, region=self.region)
        steps = [found or "Remove the cause.", STATE_REMEDIES.get(self.status, "").format(stack=self.stack)]
        return " ".join([step for step in steps if step] + [AGAIN])


def failures(
    session: boto3.Session, names: Names, stacks: Iterable[str], *, since: datetime
) -> list[Failure]:
    """Return the failures among `stacks` in changes that began at `since` or later.

    Stacks that do not exist or are complete have none. An older failure counts only if it keeps its stack
    from being changed at all (STATE_REMEDIES).
    """
    client = session.client("cloudformation", region_name=names.region)
    found = (_failure(client, names, stack, since) for stack in stacks)
    return [failure for failure in found if failure is not None]


def _failure(client: CloudFormationClient, names: Names, stack: str, since: datetime) -> Failure | None:
    try:
        described = client.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    status = described["StackStatus"]
    if status in COMPLETE:
        return None
    change_set = _newest_change_set(client, stack) if status == UNEXECUTED else {}
    if _began(described, change_set) < since and status not in STATE_REMEDIES:
        return None
    resource, reason = ("", _refusal(change_set)) if status == UNEXECUTED else _first_failed(client, stack)
    return Failure(
        env=names.env,
        region=names.region,
        stack=stack,
        status=status,
        resource=resource,
        reason=reason or described.get("StackStatusReason", ""),
    )


def _began(stack: Any, change_set: dict[str, Any]) -> datetime:
    """Return when the stack's last change began; `change_set` is the one that waits, if any."""
    keys = ("CreationTime", "LastUpdatedTime", "DeletionTime")
    times: list[datetime] = [each[key] for each in (stack, change_set) for key in keys if key in each]
    return max(times)


def _newest_change_set(client: CloudFormationClient, stack: str) -> dict[str, Any]:
    pages = client.get_paginator("list_change_sets").paginate(StackName=stack)
    found = [dict(each) for page in pages for each in page["Summaries"]]
    return max(found, key=lambda each: (each["CreationTime"], each["ChangeSetId"]), default={})


def _refusal(change_set: dict[str, Any]) -> str:
    """Return why a change set was not executed."""
    if not change_set:
        return "it has no change set"
    unexecuted = f"its change set is in the state {change_set['Status']}"
    return str(change_set.get("StatusReason") or unexecuted)


def _first_failed(client: CloudFormationClient, stack: str) -> tuple[str, str]:
    """Return the resource that failed first in the stack's last change, and why; both empty without one."""
    found = ("", "")
    for page in client.get_paginator("describe_stack_events").paginate(StackName=stack):
        for event in page["StackEvents"]:  # Newest first.
            reason = event.get("ResourceStatusReason", "")
            if event["ResourceStatus"].endswith("_FAILED") and "cancelled" not in reason:
                found = (f"{event['ResourceType']} {event['LogicalResourceId']}", reason)
            if _begins_change(event, stack):
                return found
    return found


def _begins_change(event: Any, stack: str) -> bool:
    is_stack = event["LogicalResourceId"] == stack and event["ResourceType"] == "AWS::CloudFormation::Stack"
    return is_stack and event["ResourceStatus"] in (
        "CREATE_IN_PROGRESS",
        "UPDATE_IN_PROGRESS",
        "DELETE_IN_PROGRESS",
    )
