"""The stream tables of a domain: a streaming job each, and the schedules that start it and the pipeline."""

from __future__ import annotations

import json

from aws_cdk import Duration
from aws_cdk import aws_glue as glue
from constructs import Construct

from infra.bundle import pins
from infra.config import CONTINUOUS, LOCAL
from infra.roles import Role
from infra.schedules import GLUE_START_JOB_RUN, Schedule
from infra.serving import allow_secret
from infra.workflow import Workflow
from infra.workshop import Workshop
from lake.naming import (
    checkpoint_prefix,
    layer_prefix,
    ledger_root,
    raw_prefix,
    runs_root,
    speed_prefix,
    stream_job,
)
from lake.spec import Table

SCRIPT = "stream_to_bronze"
WORKERS = 2
LONGEST_RUN = Duration.days(7)
"""Glue ends any streaming run after a week; the schedule starts the next one."""


class Streams(Construct):
    """Per stream table a job and its schedule; and, if there are any, the pipeline's schedule.

    Files of a stream do not wake the pipeline up. It comes over what they brought at its own rate,
    or whenever files of other tables arrive.
    """

    def __init__(self, scope: Construct, id: str, *, workshop: Workshop, workflow: Workflow) -> None:
        super().__init__(scope, id)
        tables = workshop.domain.stream_tables
        self.jobs = {
            table.name: _StreamJob(self, table.name, table=table, workshop=workshop) for table in tables
        }
        if tables:
            self._schedule_pipeline(workshop, workflow)

    @property
    def job_names(self) -> list[str]:
        return [job.name for job in self.jobs.values()]

    def _schedule_pipeline(self, workshop: Workshop, workflow: Workflow) -> None:
        domain, config = workshop.domain.name, workshop.config
        schedule = Schedule(
            self,
            "Pipeline",
            domain=domain,
            what="pipeline",
            names=workshop.names,
            arns=workshop.arns,
            rate=config.batch_rate,
            target=workflow.arn,
            input="{}",
            description=f"Publishes what the streams of {domain} have brought.",
        )
        workflow.grant_start(schedule.role)


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
