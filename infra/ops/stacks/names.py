"""The names of the stacks of an environment, and whether one exists."""

from __future__ import annotations

import boto3
from botocore.exceptions import ClientError

from infra.foundation.config import Config
from lake.model.discovery import load_domains
from lake.naming import Names


def stacks_of(config: Config, names: Names) -> list[str]:
    """Return the names of all stacks, those of domains first and the storage last."""
    optional = {"relational": config.relational, "serving": bool(config.serving)}
    shared = (*(name for name, is_on in optional.items() if is_on), "athena", "storage")
    return [*stacks_of_domains(config, names), *map(names.stack, shared)]


def stacks_of_domains(config: Config, names: Names) -> list[str]:
    """Return the names of the domains' stacks, dashboards first."""
    domains = [domain.name for domain in load_domains()]
    dashboards = [names.dashboards_stack(name) for name in domains if config.quicksight]
    return [*dashboards, *map(names.stack, domains)]


def exists(session: boto3.Session, names: Names, stack: str) -> bool:
    """Return whether a stack exists. Raises ClientError if CloudFormation cannot be asked."""
    try:
        session.client("cloudformation", region_name=names.region).describe_stacks(StackName=stack)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":  # There is no such stack.
            return False
        raise
    return True
