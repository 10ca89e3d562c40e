"""The stacks of the dashboards: which of them outlive the switch, and how they are named and removed."""

from __future__ import annotations

from dataclasses import replace

import boto3

from infra.foundation.config import Config
from infra.ops.stacks.names import exists
from lake.model.discovery import load_domains
from lake.naming import Names


def left(session: boto3.Session, names: Names, config: Config) -> list[str]:
    """Return the stacks of dashboards that exist, although the deployment has none."""
    if config.quicksight:
        return []
    found = [names.dashboards_stack(domain.name) for domain in load_domains()]
    return [stack for stack in found if exists(session, names, stack)]


def warning(names: Names, found: list[str]) -> str:
    """Return what a deployment without the switch says of the stacks: what they cost, and how they go."""
    commands = "; ".join(
        f"aws cloudformation delete-stack --stack-name {stack} --region {names.region}" for stack in found
    )
    return (
        f"Dashboards of an earlier deployment with --quicksight stay ({', '.join(found)}), and QuickSight "
        "bills their authors, readers and SPICE. A publication refreshes them no longer. Deploy with "
        f"--quicksight to go on with them, or remove them after this deployment: {commands}"
    )


def with_dashboards(config: Config, names: Names, partition: str) -> Config:
    """Return settings whose templates have dashboards, so that their stacks can be removed.

    Nothing is deployed for the group that they name, which need not exist.
    """
    group = f"arn:{partition}:quicksight:{names.region}:{names.account}:group/default/none"
    return replace(config, quicksight=group)
