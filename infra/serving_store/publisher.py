"""The publisher of the serving store: the database's secret, and the function that writes gold to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aws_cdk import Duration, RemovalPolicy, Size
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.foundation.acknowledge import acknowledge
from infra.foundation.arns import Arns
from infra.foundation.config import Config
from infra.foundation.encryption import LogEncryption
from infra.foundation.logs import log_group
from infra.foundation.roles import Role, service
from infra.foundation.stack import LakeStack
from infra.serving_store.layers import pandas_layer
from lake.model.spec import Domain
from lake.naming import Names, layer_root

FUNCTION = "publish_marts"
MEMORY_MB = 512
DISK = Size.gibibytes(4)
"""Holds the rows of one partition, uncompressed: some fifty million rows of a narrow mart."""

TIMEOUT = Duration.minutes(15)


class Serving(LakeStack):
    """The shared stack of the serving store: a secret with endpoint and token, which an operator sets."""

    def __init__(self, scope: Construct, id: str, *, names: Names, config: Config) -> None:
        super().__init__(scope, id, names=names, config=config, description="Access to the serving store.")
        self.secret = secretsmanager.CfnSecret(
            self,
            "Secret",
            name=names.serving_secret,
            description=f"Endpoint and token of the serving store ({config.serving}).",
        )
        # A deleted secret blocks its name for a month.
        self.secret.apply_removal_policy(
            RemovalPolicy.DESTROY if config.destroys_data else RemovalPolicy.RETAIN
        )
        acknowledge(
            self.secret,
            "AwsSolutions-SMG4",
            "The database's vendor issues the token and offers no service to rotate it.",
        )


@dataclass(frozen=True, kw_only=True)
class FunctionCode:
    """The code of the publishing function."""

    archive: Path


class PublishMarts(Construct):
    """The function that publishes the marts of one domain to the serving store."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        domain: Domain,
        names: Names,
        config: Config,
        arns: Arns,
        code: FunctionCode,
        encryption: LogEncryption | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.name = names.function(domain.name, FUNCTION)
        self.arn = arns.function(self.name)
        self.marts = tuple(collection.mart for collection in domain.serving)
        log = log_group(
            self,
            "Log",
            name=names.log_group(domain.name, FUNCTION),
            days=config.log_days,
            key=encryption.key if encryption else None,
        )
        self.role = self._role(domain, names, arns)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=self.name,
            description=f"Publishes marts of {domain.name} to the serving store.",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.X86_64,
            handler="handler.handler",
            code=lambda_.Code.from_asset(str(code.archive)),
            layers=[
                lambda_.LayerVersion.from_layer_version_arn(
                    self, "Pandas", pandas_layer(names.region, arns.partition)
                )
            ],
            memory_size=MEMORY_MB,
            ephemeral_storage_size=DISK,
            timeout=TIMEOUT,
            role=self.role.frozen,
            log_group=log,
            environment={
                "ENVIRONMENT": names.env,
                "CURATED_BUCKET": names.curated_bucket,
                "SERVING_SECRET": names.serving_secret,
                "POWERTOOLS_LOG_LEVEL": "INFO",
            },
        )
        acknowledge(
            self.function,
            "AwsSolutions-L1",
            "The managed layer with awswrangler and the bundled wheels are built for Python 3.13.",
        )

    def grant_invoke(self, role: Role) -> None:
        """Allow `role` to invoke the function."""
        role.allow(("lambda:InvokeFunction",), [self.arn])

    def _role(self, domain: Domain, names: Names, arns: Arns) -> Role:
        role = Role(
            self,
            "Role",
            name=names.role(domain.name, FUNCTION),
            principal=service("lambda", account=names.account, is_documented=False),
            description=f"Publishes marts of {domain.name}.",
            arns=arns,
        )
        role.read(names.curated_bucket, layer_root("gold", domain.name))
        allow_secret(role, names, arns)
        role.allow(
            ("logs:CreateLogStream", "logs:PutLogEvents"),
            [arns.log_group(f"{names.log_group(domain.name, FUNCTION)}:*")],
            why="Each instance of the function names its own log stream.",
        )
        return role


def allow_secret(role: Role, names: Names, arns: Arns) -> None:
    """Allow `role` to read the serving store's endpoint and token."""
    role.allow(
        ("secretsmanager:GetSecretValue",),
        [arns.secret(names.serving_secret)],
        why="Secrets Manager appends six characters to the ARN of a secret, unknown at synth.",
    )
