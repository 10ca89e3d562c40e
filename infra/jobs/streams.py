"""The stream tables of a domain: one streaming job and its schedule per table."""

from __future__ import annotations

import json

from aws_cdk import Duration
from aws_cdk import aws_glue as glue
from constructs import Construct

from infra.foundation.config import CONTINUOUS, LOCAL
from infra.foundation.roles import Role
from infra.foundation.schedule import GLUE_START_JOB_RUN, Schedule
from infra.jobs.bundle import pins
from infra.jobs.glue_job import Workshop
from infra.serving_store.publisher import allow_secret
from lake.model.spec import Table
from lake.naming import (
    checkpoint_prefix,
    layer_prefix,
    ledger_root,
    raw_prefix,
    runs_root,
    speed_prefix,
    stream_job,
)

SCRIPT = "stream_to_bronze"
WORKERS = 2
LONGEST_RUN = Duration.days(7)
"""Glue ends any streaming run after a week; the schedule starts the next one."""


class Streams(Construct):
    """One streaming job with its schedule per stream table."""

    def __init__(self, scope: Construct, id: str, *, workshop: Workshop) -> None:
        super().__init__(scope, id)
        self.jobs = {
            table.name: _StreamJob(self, table.name, table=table, workshop=workshop)
            for table in workshop.domain.stream_tables
        }

    @property
    def job_names(self) -> list[str]:
        return [job.name for job in self.jobs.values()]


class _StreamJob(Construct):
    """One Glue 6.0 streaming job on two quarter-DPU workers, started by a schedule."""

    def __init__(self, scope: Construct, id: str, *, table: Table, workshop: Workshop) -> None:
        super().__init__(scope, id)
        domain, config = workshop.domain.name, workshop.config
        kind = stream_job(table.name)
        self.name = workshop.names.job(domain, kind)
        self.role = workshop.role(self, kind)
        self._grant(table, workshop)
        is_continuous = config.stream_trigger == CONTINUOUS
        self.resource = glue.PySparkStreamingJob(
            self,
            "Job",
            worker_configuration=glue.WorkerConfiguration(
                worker_type=glue.WorkerType.G_025X, number_of_workers=WORKERS
            ),
            timeout=LONGEST_RUN if is_continuous else Duration.minutes(config.job_timeout_minutes),
            default_arguments=workshop.arguments(
                table=table.name,
                trigger=config.stream_trigger,
                max_files_per_trigger=str(config.stream_files),
                **_serving_arguments(workshop),
            ),
            description=f"Stream {table.name} of {domain} to bronze and the speed view.",
            **workshop.common(self, kind=kind, script=SCRIPT, role=self.role),
        )
        workshop.acknowledge(self.resource)
        schedule = Schedule(
            self,
            "Schedule",
            domain=domain,
            what=kind,
            names=workshop.names,
            arns=workshop.arns,
            rate=config.stream_rate,
            target=GLUE_START_JOB_RUN,
            input=json.dumps({"JobName": self.name}),
            description=f"Starts the stream {table.name} of {domain}.",
        )
        schedule.role.allow(("glue:StartJobRun",), [workshop.arns.job(self.name)])
        schedule.node.add_dependency(self.resource)

    def _grant(self, table: Table, workshop: Workshop) -> None:
        role: Role = self.role
        domain, names = workshop.domain.name, workshop.names
        role.read(names.raw_bucket, raw_prefix(domain, table.name))
        own = (
            layer_prefix("bronze", domain, table.name),
            layer_prefix("quarantine", domain, table.name),
            speed_prefix(domain, table.name),
            checkpoint_prefix(domain, table.name),
            ledger_root(domain),
            runs_root(domain),
        )
        role.read(names.processed_bucket, *own)
        role.write(names.processed_bucket, *own)
        if workshop.config.serving:
            allow_secret(role, names, workshop.arns)


def _serving_arguments(workshop: Workshop) -> dict[str, str]:
    """How the job reaches the serving store: its secret and, on Glue, the client that Glue lacks."""
    config = workshop.config
    if not config.serving:
        return {}
    secret = {"serving_secret": workshop.names.serving_secret}
    if config.serving == LOCAL:
        return secret
    return {
        **secret,
        "additional-python-modules": ",".join(pins(workshop.root)),
        # Exactly these: astrapy would bring a notebook along.
        "python-modules-installer-option": "--no-deps",
    }
