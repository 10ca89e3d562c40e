"""The streaming jobs of a domain: one job and its schedule per stream table."""

from __future__ import annotations

import json

from aws_cdk import Duration
from aws_cdk import aws_glue as glue
from constructs import Construct

from infra.foundation.partitions import REGISTER, allow_partitions
from infra.foundation.roles import Role
from infra.foundation.schedule import GLUE_START_JOB_RUN, Schedule, every
from infra.jobs.glue_job import GlueJobDefaults
from infra.serving_store.publisher import allow_secret
from lake.files.layers import stored_table
from lake.model.spec import Table
from lake.naming import (
    ARRIVAL_LAYERS,
    CONTINUOUS,
    RUN_LOG,
    checkpoint_prefix,
    layer_prefix,
    ledger_root,
    raw_prefix,
    runs_root,
    speed_prefix,
    stream_job,
)

SCRIPT = "stream_to_bronze"
WORKER_TYPE, WORKERS = "G.025X", 2
LONGEST_RUN = Duration.minutes(7 * 24 * 60 - 1)
"""Glue wants a time-out below seven days. The schedule starts the next run."""


class Streams(Construct):
    """One streaming job with its schedule per stream table; `jobs` maps the table's name to the job."""

    def __init__(self, scope: Construct, id: str, *, defaults: GlueJobDefaults) -> None:
        super().__init__(scope, id)
        self.jobs = {
            table.name: _StreamJob(self, table.name, table=table, defaults=defaults)
            for table in defaults.domain.stream_tables
        }

        self.are_continuous = defaults.config.stream_trigger == CONTINUOUS
        """Whether a run lasts until its time-out, then the next one goes on."""

    @property
    def job_names(self) -> list[str]:
        """Physical names of the streaming jobs."""
        return [job.name for job in self.jobs.values()]


class _StreamJob(Construct):
    """One Glue 6.0 streaming job on two quarter-DPU workers, started by a schedule."""

    def __init__(self, scope: Construct, id: str, *, table: Table, defaults: GlueJobDefaults) -> None:
        super().__init__(scope, id)
        domain, config = defaults.domain.name, defaults.config
        kind = stream_job(table.name)
        self.name = defaults.names.job(domain, kind)
        self.role = defaults.role(self, kind)
        self._grant(table, defaults)
        is_continuous = config.stream_trigger == CONTINUOUS
        self.resource = glue.PySparkStreamingJob(
            self,
            "Job",
            worker_configuration=glue.WorkerConfiguration(
                worker_type=glue.WorkerType.G_025X, number_of_workers=WORKERS
            ),
            timeout=LONGEST_RUN if is_continuous else Duration.minutes(config.job_timeout_minutes),
            default_arguments=defaults.arguments(
                WORKER_TYPE,
                table=table.name,
                trigger=config.stream_trigger,
                max_files_per_trigger=str(config.stream_files),
                **_serving_arguments(defaults),
            ),
            description=f"Stream {table.name} of {domain} to bronze and the speed view.",
            **defaults.properties(
                self, kind=kind, script=SCRIPT, role=self.role, with_packages=bool(config.serving)
            ),
        )
        defaults.finish(self.resource)
        schedule = Schedule(
            self,
            "Schedule",
            domain=domain,
            subject=kind,
            names=defaults.names,
            arns=defaults.arns,
            expression=every(config.stream_rate),
            target=GLUE_START_JOB_RUN,
            input=json.dumps({"JobName": self.name}),
            description=f"Start the streaming job of {table.name} of {domain}.",
        )
        schedule.role.allow(("glue:StartJobRun",), [defaults.arns.job(self.name)])
        schedule.node.add_dependency(self.resource)

    def _grant(self, table: Table, defaults: GlueJobDefaults) -> None:
        role: Role = self.role
        domain, names = defaults.domain.name, defaults.names
        role.read(names.raw_bucket, raw_prefix(domain, table.name))
        role.probe(names.raw_bucket, raw_prefix(domain, table.name))
        layers = [layer_prefix(layer, domain, table.name) for layer in ARRIVAL_LAYERS]
        own = (
            *layers,
            speed_prefix(domain, table.name),
            checkpoint_prefix(domain, table.name),
        )
        role.read(names.processed_bucket, *own)
        role.write(names.processed_bucket, *own)
        role.append(names.processed_bucket, runs_root(domain))
        role.append(names.curated_bucket, layer_prefix("gold", domain, RUN_LOG))
        role.probe(names.processed_bucket, *layers, parents=True)
        role.read(names.ledger_bucket, ledger_root(domain))
        role.append(names.ledger_bucket, ledger_root(domain))
        role.see_missing(names.raw_bucket, names.processed_bucket, names.ledger_bucket)
        tables = [stored_table(defaults.domain, layer, table.name) for layer in ("bronze", "quarantine")]
        allow_partitions(role, REGISTER, tables, domain=domain, names=names, arns=defaults.arns)
        if defaults.config.serving:
            allow_secret(role, names, defaults.arns)


def _serving_arguments(defaults: GlueJobDefaults) -> dict[str, str]:
    """Return the argument for the serving store: its secret."""
    return {"serving_secret": defaults.names.serving_secret} if defaults.config.serving else {}
