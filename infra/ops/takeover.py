"""Taking over a secret that outlived its stack.

CloudFormation finds retained resources again by the identifiers that stand in the template. AWS assigns the
identifier of a secret, so that a change set must name it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError, WaiterError

from infra.ops.assets_key import DENIED
from lake.errors import CaudalError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient

SECRET = "AWS::SecretsManager::Secret"
CHANGE_SET = "caudal-import"

TAKEN_OVER = frozenset({SECRET})
"""Resource types that a deployment imports by a change set of its own."""

_NEVER_CREATED = frozenset({"REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"})
"""Statuses of stacks that have no resources: CloudFormation lets them only be deleted."""


class TakeoverError(CaudalError):
    """A retained secret cannot join its stack again."""


def take_over_secret(session: boto3.Session, *, outdir: Path, stack: str, secret: str) -> bool:
    """Import an existing secret into its stack, which does not exist. Return whether that was necessary.

    `outdir` holds the template of `stack`, whose only resource is the secret with the name `secret`. Nothing
    happens if there is no such secret, or if the stack exists: then the secret belongs to it. Raises
    TakeoverError if the secret waits for its deletion, or if CloudFormation refuses the import.
    """
    cloudformation = session.client("cloudformation")
    arn = _existing(session, secret)
    if arn is None or _has_resources(cloudformation, stack):
        return False
    template = (outdir / f"{stack}.template.json").read_text(encoding="utf-8")
    (logical,) = (name for name, each in json.loads(template)["Resources"].items() if each["Type"] == SECRET)
    try:
        cloudformation.create_change_set(
            StackName=stack,
            ChangeSetName=CHANGE_SET,
            ChangeSetType="IMPORT",
            TemplateBody=template,
            ResourcesToImport=[
                {"ResourceType": SECRET, "LogicalResourceId": logical, "ResourceIdentifier": {"Id": arn}}
            ],
        )
        created = cloudformation.get_waiter("change_set_create_complete")
        created.wait(StackName=stack, ChangeSetName=CHANGE_SET)
        cloudformation.execute_change_set(StackName=stack, ChangeSetName=CHANGE_SET)
        cloudformation.get_waiter("stack_import_complete").wait(StackName=stack)
    except (ClientError, WaiterError) as error:
        raise TakeoverError(
            f"the secret {secret} exists and could not be imported: {error}",
            where=f"stack {stack}",
            hint="Import it in the console (Create stack, With existing resources), or delete it after "
            "noting its value; then deploy again.",
        ) from error
    return True


def delete_secret(session: boto3.Session, secret: str) -> bool:
    """Delete a secret with its value, at once. Return False if there is none."""
    secrets = session.client("secretsmanager")
    try:
        secrets.describe_secret(SecretId=secret)
    except secrets.exceptions.ResourceNotFoundException:
        return False
    secrets.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
    return True


def _existing(session: boto3.Session, secret: str) -> str | None:
    """Return the ARN of the secret. Raises TakeoverError if it waits for its deletion."""
    secrets = session.client("secretsmanager")
    try:
        found = secrets.describe_secret(SecretId=secret)
    except secrets.exceptions.ResourceNotFoundException:
        return None
    except ClientError as error:
        if error.response["Error"]["Code"] not in DENIED:
            raise
        raise TakeoverError(
            "these credentials may not ask whether the secret exists already.",
            where=secret,
            hint="Allow secretsmanager:DescribeSecret and CloudFormation's change sets, then deploy again.",
        ) from error
    if found.get("DeletedDate"):
        raise TakeoverError(
            "the secret waits for its deletion, and its name is taken until then.",
            where=secret,
            hint=f"Restore it (`aws secretsmanager restore-secret --secret-id {secret}`) or delete it at "
            "once (`delete-secret --force-delete-without-recovery`), then deploy again.",
        )
    return found["ARN"]


def _has_resources(cloudformation: CloudFormationClient, stack: str) -> bool:
    """Return whether the stack exists. Delete it first if it was never created."""
    try:
        (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return False
        raise
    if found["StackStatus"] not in _NEVER_CREATED:
        return True
    cloudformation.delete_stack(StackName=stack)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=found["StackId"])
    return False
