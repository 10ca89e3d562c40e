"""The publisher of the serving store: the database's secret, and the function that writes gold to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aws_cdk import Duration, RemovalPolicy, Size
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.foundation.acknowledge import acknowledge
from infra.foundation.arns import Arns
from infra.foundation.config import Config
from infra.foundation.encryption import LogEncryption
from infra.foundation.function import DomainFunction
from infra.foundation.roles import Role
from infra.foundation.stack import LakeStack
from infra.serving_store.layers import pandas_layer
from lake.model.spec import Domain
from lake.naming import Names, layer_root

FUNCTION = "publish_marts"
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


class PublishMarts(DomainFunction):
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
        self.marts = tuple(collection.mart for collection in domain.serving)
        super().__init__(
            scope,
            id,
            kind=FUNCTION,
            domain=domain,
            names=names,
            config=config,
            arns=arns,
            archive=code.archive,
            encryption=encryption,
            description=f"Publishes marts of {domain.name} to the serving store.",
            role_description=f"Publishes marts of {domain.name}.",
            timeout=TIMEOUT,
            disk=DISK,
            layer_arns=(pandas_layer(names.region, arns.partition),),
            environment={
                "ENVIRONMENT": names.env,
                "CURATED_BUCKET": names.curated_bucket,
                "SERVING_SECRET": names.serving_secret,
                "POWERTOOLS_LOG_LEVEL": "INFO",
            },
            why_not_newer="The managed layer with awswrangler and the wheels are built for Python 3.13.",
        )

    def _allow(self, domain: Domain, names: Names, arns: Arns) -> None:
        self.role.read(names.curated_bucket, layer_root("gold", domain.name))
        allow_secret(self.role, names, arns)


def allow_secret(role: Role, names: Names, arns: Arns) -> None:
    """Allow `role` to read the serving store's endpoint and token."""
    role.allow(
        ("secretsmanager:GetSecretValue",),
        [arns.secret(names.serving_secret)],
        why="Secrets Manager appends six characters to the ARN of a secret, unknown at synth.",
    )
