"""The function that keeps the catalog equal to what is published, and validates it after a crawl."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.foundation.acknowledge import acknowledge
from infra.foundation.arns import Arns
from infra.foundation.config import Config
from infra.foundation.encryption import LogEncryption
from infra.foundation.logs import log_group
from infra.foundation.partitions import RECONCILE, allow_partitions
from infra.foundation.roles import Role, service
from lake.files.partitioning import partitioned_tables
from lake.model.spec import Domain
from lake.naming import Names, layer_root, ledger_root

RECONCILE_CATALOG = "reconcile_catalog"
"""Name of the function's folder."""

RECONCILER_PACKAGES = ("domains", "glue_jobs", "lake")
"""The function runs the jobs' own code for ledger and catalog; it needs no package beside boto3."""

MEMORY_MB = 512
TIMEOUT = Duration.minutes(10)
"""Enough to list some million objects and as many partitions."""


class ReconcileCatalog(Construct):
    """The function of one domain, and its role: it lists objects, reads the ledger, changes partitions."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        domain: Domain,
        names: Names,
        config: Config,
        arns: Arns,
        archive: Path,
        encryption: LogEncryption | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.name = names.function(domain.name, RECONCILE_CATALOG)
        self.arn = arns.function(self.name)
        log_name = names.log_group(domain.name, RECONCILE_CATALOG)
        self.role = self._role(domain, names, arns, log_name)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=self.name,
            description=f"Registers and drops partitions of {domain.name} as published.",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.X86_64,
            handler="handler.handler",
            code=lambda_.Code.from_asset(str(archive)),
            memory_size=MEMORY_MB,
            timeout=TIMEOUT,
            role=self.role.frozen,
            log_group=log_group(
                self,
                "Log",
                name=log_name,
                days=config.log_days,
                key=encryption.key if encryption else None,
            ),
            environment={
                "ENVIRONMENT": names.env,
                "DOMAIN": domain.name,
                "PROCESSED_BUCKET": names.processed_bucket,
                "CURATED_BUCKET": names.curated_bucket,
                "LEDGER_BUCKET": names.ledger_bucket,
            },
        )
        acknowledge(
            self.function, "AwsSolutions-L1", "The functions run on the Python that their tests run on."
        )

    def grant_invoke(self, role: Role) -> None:
        """Allow `role` to invoke the function."""
        role.allow(("lambda:InvokeFunction",), [self.arn])

    def _role(self, domain: Domain, names: Names, arns: Arns, log_name: str) -> Role:
        role = Role(
            self,
            "Role",
            name=names.role(domain.name, RECONCILE_CATALOG),
            principal=service("lambda", account=names.account, is_documented=False),
            description=f"Reconciles the catalog of {domain.name}.",
            arns=arns,
        )
        role.read(names.ledger_bucket, ledger_root(domain.name))
        stored = ("bronze", "quarantine", "silver")
        role.list_keys(names.processed_bucket, *(layer_root(layer, domain.name) for layer in stored))
        role.list_keys(names.curated_bucket, layer_root("gold", domain.name))
        tables = partitioned_tables(domain)
        allow_partitions(role, RECONCILE, tables, domain=domain.name, names=names, arns=arns)
        role.allow(
            ("logs:CreateLogStream", "logs:PutLogEvents"),
            [arns.log_group(f"{log_name}:*")],
            why="Each instance of the function names its own log stream.",
        )
        return role
