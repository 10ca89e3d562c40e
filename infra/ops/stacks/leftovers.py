"""What an earlier deployment left, and this one has no switch for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import boto3

from infra.foundation.config import Config
from infra.ops.stacks import copy_stack, dashboard_stacks
from lake.naming import Names


def warnings(session: boto3.Session, names: Names, config: Config) -> Iterator[str]:
    """Yield what a deployment says of each kind of stack that it leaves behind."""
    if not config.relational and copy_stack.is_left(session, names):
        yield copy_stack.warning(names, config)
    if found := dashboard_stacks.left(session, names, config):
        yield dashboard_stacks.warning(names, found)


def included(session: boto3.Session, names: Names, config: Config) -> Config:
    """Return settings whose templates have the stacks that are left, so that they can be removed."""
    if not config.relational and copy_stack.is_left(session, names):
        config = replace(config, relational=True)
    if dashboard_stacks.left(session, names, config):
        partition = session.get_partition_for_region(names.region)
        config = dashboard_stacks.with_dashboards(config, names, partition)
    return config
