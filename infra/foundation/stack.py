"""The base class of all stacks: account and region, tags, termination protection."""

from __future__ import annotations

from aws_cdk import Environment, Stack
from constructs import Construct

from infra.foundation.arns import Arns
from infra.foundation.config import Config
from lake.naming import PROJECT, Names


class LakeStack(Stack):
    """A stack of one environment. CloudFormation copies the stack's tags to its resources."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        config: Config,
        description: str,
        domain: str = "",
    ) -> None:
        tags = {"project": PROJECT, "env": config.env} | ({"domain": domain} if domain else {})
        super().__init__(
            scope,
            id,
            env=Environment(account=names.account, region=names.region),
            description=description,
            tags=tags,
            termination_protection=config.termination_protection,
        )
        self.arns = Arns(names=names, partition=self.partition)
