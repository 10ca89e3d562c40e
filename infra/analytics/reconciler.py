"""The function that keeps the catalog equal to what is published, validates it, and logs executions."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Duration
from constructs import Construct

from infra.foundation.arns import Arns
from infra.foundation.config import Config
from infra.foundation.encryption import LogEncryption
from infra.foundation.function import DomainFunction
from infra.foundation.partitions import RECONCILE, allow_partitions
from infra.foundation.roles import READ
from lake.files.layers import partitioned_tables
from lake.model.spec import Domain
from lake.naming import RUN_LOG, Names, layer_prefix, layer_root, ledger_root, runs_root

RECONCILE_CATALOG = "reconcile_catalog"
"""Name of the function's folder."""

RECONCILER_PACKAGES = ("domains", "glue_jobs", "lake")
"""The function runs the jobs' own code for ledger, catalog and log; it needs no package beside boto3."""

TIMEOUT = Duration.minutes(10)
"""Enough to list some million objects and as many partitions."""


class ReconcileCatalog(DomainFunction):
    """The function of one domain, and its role: it lists objects, reads the ledger, changes partitions.

    It also logs executions: it reads the summaries of runs, and adds files to the log.
    """

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
        super().__init__(
            scope,
            id,
            kind=RECONCILE_CATALOG,
            domain=domain,
            names=names,
            config=config,
            arns=arns,
            archive=archive,
            encryption=encryption,
            description=f"Registers and drops partitions of {domain.name} as published, and logs executions.",
            role_description=f"Reconciles the catalog of {domain.name}.",
            timeout=TIMEOUT,
            environment={
                "ENVIRONMENT": names.env,
                "DOMAIN": domain.name,
                "PROCESSED_BUCKET": names.processed_bucket,
                "CURATED_BUCKET": names.curated_bucket,
                "LEDGER_BUCKET": names.ledger_bucket,
            },
            why_not_newer="The functions run on the Python that their tests run on.",
        )

    def _allow(self, domain: Domain, names: Names, arns: Arns) -> None:
        self.role.read(names.ledger_bucket, ledger_root(domain.name))
        self.role.see_missing(names.ledger_bucket)
        stored = ("bronze", "quarantine", "silver")
        self.role.list_keys(names.processed_bucket, *(layer_root(layer, domain.name) for layer in stored))
        self.role.list_keys(names.curated_bucket, layer_root("gold", domain.name))
        summaries = arns.objects(names.processed_bucket, runs_root(domain.name))
        self.role.allow(READ, summaries, why="Runs are not known at synth.")
        self.role.see_missing(names.processed_bucket)
        self.role.append(names.curated_bucket, layer_prefix("gold", domain.name, RUN_LOG))
        tables = partitioned_tables(domain)
        allow_partitions(self.role, RECONCILE, tables, domain=domain.name, names=names, arns=arns)
