"""The Glue jobs of a domain: the same scripts for every domain, one role per job."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_glue as glue
from constructs import Construct

from infra.foundation.logs import log_group
from infra.foundation.roles import Role
from infra.jobs.glue_job import Workshop
from lake.model.spec import Domain
from lake.naming import (
    PROCESSED_TO_CURATED,
    RAW_TO_PROCESSED,
    STAGING,
    Names,
    layer_prefix,
    ledger_root,
    runs_root,
    unpublished_root,
)


class Jobs(Construct):
    """`raw_to_processed` and `processed_to_curated` of one domain, and their logs."""

    def __init__(self, scope: Construct, id: str, *, workshop: Workshop) -> None:
        super().__init__(scope, id)
        self._workshop = workshop
        self._domain: Domain = workshop.domain
        self._names: Names = workshop.names
        for stream in ("error", "output"):
            name = f"{workshop.log_prefix}/{stream}"
            log_group(self, f"{stream}-logs", name=name, days=workshop.config.log_days)
        self.raw_to_processed = self._job(RAW_TO_PROCESSED, "Raw files to bronze and quarantine")
        serves = bool(workshop.config.serving and workshop.domain.serving)
        more = {"serving": "true"} if serves else {}
        self.processed_to_curated = self._job(PROCESSED_TO_CURATED, "Bronze to silver and gold", **more)
        self._grant_raw_to_processed(self.raw_to_processed.role)
        self._grant_processed_to_curated(self.processed_to_curated.role)
        if serves:
            self._grant_notes(self.processed_to_curated.role)

    def grant_run(self, role: Role) -> None:
        """The jobs may be started, watched and stopped."""
        role.allow(
            ("glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"),
            [
                self._workshop.arns.job(self._names.job(self._domain.name, kind))
                for kind in (RAW_TO_PROCESSED, PROCESSED_TO_CURATED)
            ],
        )

    def _job(self, kind: str, what: str, **arguments: str) -> _Job:
        return _Job(
            self,
            kind,
            workshop=self._workshop,
            role=self._workshop.role(self, kind),
            description=f"{what} of {self._domain.name}.",
            arguments=self._workshop.arguments(**arguments),
        )

    def _grant_raw_to_processed(self, role: Role) -> None:
        domain, names = self._domain.name, self._names
        role.read(names.raw_bucket, f"{domain}/")
        own = (
            f"bronze/{domain}/",
            f"quarantine/{domain}/",
            ledger_root(domain),
            runs_root(domain),
            f"{STAGING}{domain}/",
        )
        role.read(names.processed_bucket, *own)
        role.write(names.processed_bucket, *own)

    def _grant_processed_to_curated(self, role: Role) -> None:
        domain, names = self._domain.name, self._names
        own = (f"silver/{domain}/", ledger_root(domain), runs_root(domain), f"{STAGING}{domain}/")
        role.read(names.processed_bucket, f"bronze/{domain}/", *own)
        # Small files of streams are merged where they lie.
        streams = (layer_prefix("bronze", domain, table.name) for table in self._domain.stream_tables)
        role.write(names.processed_bucket, *own, *streams)
        gold = (f"{domain}/", f"{STAGING}{domain}/")
        role.read(names.curated_bucket, *gold)
        role.write(names.curated_bucket, *gold)

    def _grant_notes(self, role: Role) -> None:
        """What the serving store has not got yet may be noted."""
        notes = unpublished_root(self._domain.name)
        role.read(self._names.processed_bucket, notes)
        role.write(self._names.processed_bucket, notes)


class _Job(Construct):
    """One Glue 6.0 PySpark job on G.1X workers."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        workshop: Workshop,
        role: Role,
        description: str,
        arguments: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id)
        self.role = role
        config = workshop.config
        self.resource = glue.PySparkEtlJob(
            self,
            "Job",
            worker_configuration=glue.WorkerConfiguration(
                worker_type=glue.WorkerType.G_1X, number_of_workers=config.workers
            ),
            timeout=Duration.minutes(config.job_timeout_minutes),
            default_arguments=arguments,
            description=description,
            **workshop.common(self, kind=id, script=id, role=role),
        )
        workshop.acknowledge(self.resource)
