"""The Lambda function of a domain: its role, its log group, and who may invoke it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from aws_cdk import Duration, Size
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.foundation.acknowledge import acknowledge
from infra.foundation.arns import Arns
from infra.foundation.config import Config
from infra.foundation.encryption import LogEncryption
from infra.foundation.logs import log_group
from infra.foundation.roles import Role, service
from lake.model.spec import Domain
from lake.naming import Names

MEMORY_MB = 512


class DomainFunction(Construct):
    """A function of one domain, with a role that may write its log and nothing else.

    Subclasses grant the rest to `role` in `_allow`, which is called before the function is made. `kind` is
    the name of the function's folder, `archive` the zip of its code.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        kind: str,
        domain: Domain,
        names: Names,
        config: Config,
        arns: Arns,
        archive: Path,
        description: str,
        role_description: str,
        timeout: Duration,
        environment: Mapping[str, str],
        why_not_newer: str,
        encryption: LogEncryption | None = None,
        disk: Size | None = None,
        layer_arns: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        self.name = names.function(domain.name, kind)
        self.arn = arns.function(self.name)
        log_name = names.log_group(domain.name, kind)
        self.role = Role(
            self,
            "Role",
            name=names.role(domain.name, kind),
            principal=service("lambda", account=names.account, is_documented=False),
            description=role_description,
            arns=arns,
        )
        self._allow(domain, names, arns)
        _allow_log(self.role, arns.log_group(f"{log_name}:*"))
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=self.name,
            description=description,
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.X86_64,
            handler="handler.handler",
            code=lambda_.Code.from_asset(str(archive)),
            layers=[lambda_.LayerVersion.from_layer_version_arn(self, "Pandas", arn) for arn in layer_arns],
            memory_size=MEMORY_MB,
            ephemeral_storage_size=disk,
            timeout=timeout,
            role=self.role.frozen,
            log_group=log_group(
                self,
                "Log",
                name=log_name,
                days=config.log_days,
                key=encryption.key if encryption else None,
            ),
            environment=dict(environment),
        )
        acknowledge(self.function, "AwsSolutions-L1", why_not_newer)

    def grant_invoke(self, role: Role) -> None:
        """Allow `role` to invoke the function."""
        role.allow(("lambda:InvokeFunction",), [self.arn])

    def _allow(self, domain: Domain, names: Names, arns: Arns) -> None:
        """Grant what the function needs beside its log."""


def _allow_log(role: Role, streams: str) -> None:
    role.allow(
        ("logs:CreateLogStream", "logs:PutLogEvents"),
        [streams],
        why="Each instance of the function names its own log stream.",
    )
