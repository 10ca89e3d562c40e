"""The stack of the relational copy: whether a deployment left it, and the marks of copies that are loaded."""

from __future__ import annotations

from collections.abc import Sequence

import boto3

from infra.foundation.config import Config
from infra.ops.costs import relational
from infra.ops.stacks.names import exists
from lake.naming import Names
from lake.naming.relational import loaded_key


def is_left(session: boto3.Session, names: Names) -> bool:
    """Return whether the stack exists."""
    return exists(session, names, names.stack("relational"))


def warning(names: Names, config: Config) -> str:
    """Return what a deployment without the switch says of the stack: what it costs, and how it goes."""
    stack = names.stack("relational")
    price = relational.switched_on(hours=config.office_hours, keys=config.encrypted_logs)
    command = f"aws cloudformation delete-stack --stack-name {stack} --region {names.region}"
    lifted = ", after lifting its protections (docs/deploy.md)" if config.termination_protection else ""
    return (
        f"The stack {stack} of an earlier deployment with --relational stays, and costs ${price:.2f} a month "
        "at rest. Nothing loads its database any more. Deploy with --relational to go on with it, or remove "
        f"it after this deployment{lifted}: {command}"
    )


def forget_loads(session: boto3.Session, names: Names, domains: Sequence[str]) -> None:
    """Delete the marks of copies that are loaded, so that the next execution of each domain loads.

    A deployment may bring a new database, new tables, or the switch back after executions without it.
    Without the bucket there are no marks.
    """
    s3 = session.client("s3", region_name=names.region)
    for domain in domains:
        try:
            s3.delete_object(Bucket=names.processed_bucket, Key=loaded_key(domain))
        except s3.exceptions.NoSuchBucket:
            return
