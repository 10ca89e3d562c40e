"""The Glue job that trains the models of a domain."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_glue as glue
from constructs import Construct

from infra.foundation.roles import APPEND, READ, Role
from infra.jobs.glue_job import GlueJobDefaults
from lake.naming import (
    TRAIN_ANOMALY_MODEL,
    layer_prefix,
    models_root,
    pointer_key,
    runs_root,
)

WORKER_TYPE, WORKERS = "G.1X", 2
"""Training reads daily costs, not events: one driver and one executor do."""


class TrainingJob(Construct):
    """The job `train_anomaly_model` of one domain. It publishes nothing: the pipeline does that."""

    def __init__(self, scope: Construct, id: str, *, defaults: GlueJobDefaults) -> None:
        super().__init__(scope, id)
        self._defaults = defaults
        domain, config = defaults.domain.name, defaults.config
        self.name = defaults.names.job(domain, TRAIN_ANOMALY_MODEL)
        self.role = defaults.role(self, TRAIN_ANOMALY_MODEL, measures=False)
        self._grant_inputs(self.role)
        self._grant_registry(self.role)
        self.resource = glue.PySparkEtlJob(
            self,
            "Job",
            worker_configuration=glue.WorkerConfiguration(
                worker_type=glue.WorkerType.G_1X, number_of_workers=WORKERS
            ),
            timeout=Duration.minutes(config.job_timeout_minutes),
            default_arguments=defaults.arguments(WORKER_TYPE),
            description=f"Models of {domain}: candidates, backtest, promotion.",
            **defaults.properties(self, kind=TRAIN_ANOMALY_MODEL, script=TRAIN_ANOMALY_MODEL, role=self.role),
        )
        defaults.finish(self.resource)

    def grant_run(self, role: Role) -> None:
        """Allow `role` to start, watch and stop the job."""
        role.allow(
            ("glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"),
            [self._defaults.arns.job(self.name)],
        )

    def _grant_inputs(self, role: Role) -> None:
        """Allow the job to read the tables that its models name, and nothing else of silver and gold."""
        names, domain = self._defaults.names, self._defaults.domain
        marts = {mart.name for mart in domain.published_marts}
        inputs = sorted({each for model in domain.models for each in model.inputs})
        for layer, bucket in (("silver", names.processed_bucket), ("gold", names.curated_bucket)):
            tables = [each for each in inputs if (each in marts) == (layer == "gold")]
            if tables:
                prefixes = [layer_prefix(layer, domain.name, each) for each in tables]
                role.read(bucket, *prefixes)
                role.probe(bucket, *prefixes)
                # A table without rows has no folder.
                role.see_missing(bucket)

    def _grant_registry(self, role: Role) -> None:
        """Allow the job to add versions, and to move the pointers of its models."""
        names, domain = self._defaults.names, self._defaults.domain
        bucket = names.ledger_bucket
        role.allow(
            (*READ, *APPEND),
            self._defaults.arns.objects(bucket, models_root(domain.name)),
            why="Versions are not known at synth.",
        )
        pointers = [pointer_key(domain.name, model.name) for model in domain.models]
        role.allow((*READ, *APPEND), [f"{self._defaults.arns.bucket(bucket)}/{key}" for key in pointers])
        role.append(names.processed_bucket, runs_root(domain.name))
        # Without a pointer it is the cold start, and a new version is not there.
        role.see_missing(bucket)
