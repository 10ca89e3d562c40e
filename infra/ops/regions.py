"""An environment lives in one region of an account: the names of its roles do not hold the region."""

from __future__ import annotations

from collections.abc import Callable

import boto3
from botocore.exceptions import ClientError

from lake.errors import CaudalError
from lake.naming import Names


class RegionError(CaudalError):
    """The environment is deployed in another region of the account."""


def check(session: boto3.Session, names: Names, report: Callable[[str], None]) -> None:
    """Raise RegionError if the roles of the environment exist, and its stacks are not in this region.

    Roles are global: a second deployment would fail at the first of them. If the caller may not ask, this is
    reported, and the deployment goes on.
    """
    iam = session.client("iam", region_name=names.region)
    try:
        iam.get_role(RoleName=names.uploader_role)
    except iam.exceptions.NoSuchEntityException:
        return
    except ClientError as error:
        report(f"Whether another region has the environment {names.env} is not known ({error}).")
        return
    if not _is_deployed(session, names):
        raise RegionError(
            f"the environment {names.env} exists in another region of this account: its role "
            f"{names.uploader_role} does, and its stack {names.stack('storage')} is not in {names.region}.",
            where=f"account {names.account}",
            hint="Deploy another environment here, use that region (--region), or destroy the environment "
            "there. If it is in no region, its roles were left by hand: delete them.",
        )


def _is_deployed(session: boto3.Session, names: Names) -> bool:
    stacks = session.client("cloudformation", region_name=names.region)
    try:
        stacks.describe_stacks(StackName=names.stack("storage"))
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return False
        raise
    return True
