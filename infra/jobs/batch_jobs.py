"""The two batch jobs of a domain. All domains run the same scripts; each job has its own role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aws_cdk import Duration
from aws_cdk import aws_glue as glue
from constructs import Construct

from infra.foundation.logs import log_group
from infra.foundation.partitions import REGISTER, allow_partitions
from infra.foundation.roles import APPEND, READ, Role
from infra.jobs.glue_job import GlueJobDefaults
from lake.files.layers import StoredTable, partitioned_tables, stored_table
from lake.model.spec import Domain
from lake.naming import (
    ARRIVAL_LAYERS,
    PROCESSED_TO_CURATED,
    RAW_TO_PROCESSED,
    WITHDRAWN,
    Names,
    compaction_prefix,
    layer_prefix,
    layer_root,
    ledger_root,
    models_root,
    pointer_key,
    published_model_key,
    publishing_prefix,
    raw_prefix,
    runs_root,
    staging_root,
    unpublished_root,
)

WORKER_TYPE = "G.1X"


class Jobs(Construct):
    """The jobs `raw_to_processed` and `processed_to_curated` of one domain, and their log groups."""

    def __init__(self, scope: Construct, id: str, *, defaults: GlueJobDefaults) -> None:
        super().__init__(scope, id)
        self._defaults = defaults
        self._domain: Domain = defaults.domain
        self._names: Names = defaults.names
        for stream in ("error", "output"):
            name = f"{defaults.log_prefix}/{stream}"
            key = defaults.encryption.key if defaults.encryption else None
            log_group(self, f"{stream}-logs", name=name, days=defaults.config.log_days, key=key)
        self.raw_to_processed = self._job(RAW_TO_PROCESSED, "Raw files to bronze and quarantine")
        serves = bool(defaults.config.serving and defaults.domain.serving)
        serving = {"serving": "true"} if serves else {}
        self.processed_to_curated = self._job(PROCESSED_TO_CURATED, "Bronze to silver and gold", **serving)
        self._grant_raw_to_processed(self.raw_to_processed.role)
        self._grant_processed_to_curated(self.processed_to_curated.role)
        if serves:
            self._grant_unpublished(self.processed_to_curated.role)
        if defaults.domain.models:
            for role in (self.raw_to_processed.role, self.processed_to_curated.role):
                self._grant_models(role)
            self._grant_published_models(self.processed_to_curated.role)

    def grant_run(self, role: Role) -> None:
        """Allow `role` to start, watch and stop both jobs."""
        role.allow(
            ("glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"),
            [
                self._defaults.arns.job(self._names.job(self._domain.name, kind))
                for kind in (RAW_TO_PROCESSED, PROCESSED_TO_CURATED)
            ],
        )

    def _job(self, kind: str, purpose: str, **arguments: str) -> _Job:
        measures = kind == RAW_TO_PROCESSED or bool(self._domain.models)
        return _Job(
            self,
            kind,
            defaults=self._defaults,
            role=self._defaults.role(self, kind, measures=measures),
            description=f"{purpose} of {self._domain.name}.",
            arguments=self._defaults.arguments(WORKER_TYPE, **arguments),
        )

    def _grant_raw_to_processed(self, role: Role) -> None:
        domain, names = self._domain.name, self._names
        role.read(names.raw_bucket, raw_prefix(domain))
        # The job also lists the top of raw, and reports what no job reads.
        role.see_missing(names.raw_bucket)
        layers = [layer_root(layer, domain) for layer in ARRIVAL_LAYERS]
        own = (*layers, layer_root(WITHDRAWN, domain))
        role.read(names.processed_bucket, *own)
        role.write(names.processed_bucket, *own)
        role.append(names.processed_bucket, runs_root(domain))
        role.probe(names.processed_bucket, *layers, parents=True)
        role.see_missing(names.processed_bucket, names.ledger_bucket)
        role.read(names.ledger_bucket, ledger_root(domain))
        role.append(names.ledger_bucket, ledger_root(domain))
        drops = [
            stored_table(self._domain, layer, table.name)
            for layer in ("bronze", "quarantine")
            for table in self._domain.csv_tables
        ]
        self._grant_partitions(role, [*drops, *self._stream_tables()])

    def _grant_partitions(self, role: Role, tables: Iterable[StoredTable]) -> None:
        """Allow the job to register and drop the partitions that it writes and deletes."""
        arns = self._defaults.arns
        allow_partitions(role, REGISTER, tables, domain=self._domain.name, names=self._names, arns=arns)

    def _stream_tables(self) -> list[StoredTable]:
        """Return bronze of the streams, whose small files the jobs merge and delete."""
        return [stored_table(self._domain, "bronze", table.name) for table in self._domain.stream_tables]

    def _grant_processed_to_curated(self, role: Role) -> None:
        domain, names = self._domain.name, self._names
        own = (layer_root("silver", domain), staging_root(domain))
        role.read(names.processed_bucket, layer_root("bronze", domain), *own)
        # The job also compacts the small bronze files that streaming jobs write.
        streams = (layer_prefix("bronze", domain, table.name) for table in self._domain.stream_tables)
        role.write(names.processed_bucket, *own, *streams)
        role.append(names.processed_bucket, runs_root(domain))
        gold = (layer_root("gold", domain), staging_root(domain))
        role.read(names.curated_bucket, *gold)
        role.write(names.curated_bucket, *gold)
        for bucket in (names.processed_bucket, names.curated_bucket):
            role.probe(bucket, staging_root(domain), parents=True)
        role.see_missing(names.processed_bucket, names.curated_bucket, names.ledger_bucket)
        self._grant_ledger(role)
        marts = {mart.name for mart in self._domain.marts}
        published = [
            table
            for table in partitioned_tables(self._domain)
            if table.layer == "silver" or (table.layer == "gold" and table.name in marts)
        ]
        self._grant_partitions(role, [*published, *self._stream_tables()])

    def _grant_ledger(self, role: Role) -> None:
        """Allow the job to append to the ledger, and to delete the entries that a run makes obsolete."""
        domain, bucket = self._domain.name, self._names.ledger_bucket
        merged = (compaction_prefix(domain, table.name) for table in self._domain.stream_tables)
        role.read(bucket, ledger_root(domain))
        role.append(bucket, ledger_root(domain))
        role.delete(bucket, publishing_prefix(domain), *merged)

    def _grant_models(self, role: Role) -> None:
        """Allow a job to read the promoted versions, and those that gold was computed with."""
        domain, arns, bucket = self._domain, self._defaults.arns, self._names.ledger_bucket
        role.allow(
            READ, arns.objects(bucket, models_root(domain.name)), why="Versions are not known at synth."
        )
        pointers = [pointer_key(domain.name, model.name) for model in domain.models]
        published = [published_model_key(domain.name, model.name) for model in domain.models]
        role.allow(READ, [f"{arns.bucket(bucket)}/{key}" for key in (*pointers, *published)])

    def _grant_published_models(self, role: Role) -> None:
        """Allow the job to record which version gold was computed with."""
        place = self._defaults.arns.bucket(self._names.ledger_bucket)
        domain = self._domain
        keys = [published_model_key(domain.name, model.name) for model in domain.models]
        role.allow(APPEND, [f"{place}/{key}" for key in keys])

    def _grant_unpublished(self, role: Role) -> None:
        """Allow the job to list the partitions that are not yet in the serving store."""
        unpublished = unpublished_root(self._domain.name)
        role.read(self._names.processed_bucket, unpublished)
        role.write(self._names.processed_bucket, unpublished)


class _Job(Construct):
    """One Glue 6.0 PySpark job on G.1X workers."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        defaults: GlueJobDefaults,
        role: Role,
        description: str,
        arguments: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id)
        self.role = role
        config = defaults.config
        self.resource = glue.PySparkEtlJob(
            self,
            "Job",
            worker_configuration=glue.WorkerConfiguration(
                worker_type=glue.WorkerType.G_1X, number_of_workers=config.workers
            ),
            timeout=Duration.minutes(config.job_timeout_minutes),
            default_arguments=arguments,
            description=description,
            **defaults.properties(self, kind=id, script=id, role=role),
        )
        defaults.finish(self.resource)
