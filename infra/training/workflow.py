"""The state machine that trains a domain's models, its role, its log group and its schedule."""

from __future__ import annotations

from constructs import Construct

from infra.foundation.arns import Arns
from infra.foundation.config import MONTHLY, Config
from infra.foundation.encryption import LogEncryption
from infra.foundation.roles import READ, Role, service
from infra.foundation.schedule import Schedule, monthly
from infra.pipeline.machine import allow_logs_and_traces, state_machine
from infra.pipeline.notifications import Notifications
from infra.pipeline.workflow import Workflow
from infra.training.definition import TrainingPlan, definition
from infra.training.job import TrainingJob
from lake.naming import Names, runs_root

TRAINING = "training"
"""What the schedule starts, in the names of schedule, role and log group."""


class Training(Construct):
    """The state machine `training` of one domain. Its role allows exactly the calls of its states."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        domain: str,
        names: Names,
        config: Config,
        arns: Arns,
        job: TrainingJob,
        pipeline: Workflow,
        notifications: Notifications,
        encryption: LogEncryption | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.name = names.training_state_machine(domain)
        self.arn = arns.state_machine(self.name)
        self.role = self._role(domain, names, arns)
        job.grant_run(self.role)
        pipeline.grant_start(self.role)
        notifications.grant_publish(self.role)
        plan = TrainingPlan(
            domain=domain,
            job=job.name,
            processed_bucket=names.processed_bucket,
            pipeline_arn=pipeline.arn,
            topic_arn=notifications.topic.topic_arn,
            job_timeout_seconds=config.job_timeout_minutes * 60,
        )
        self.state_machine = state_machine(
            self,
            name=self.name,
            definition=definition(plan),
            role=self.role,
            arns=arns,
            log=names.log_group(domain, TRAINING),
            log_days=config.log_days,
            encryption=encryption,
        )
        if config.training == MONTHLY:
            self._schedule(domain, names, config, arns)

    def _schedule(self, domain: str, names: Names, config: Config, arns: Arns) -> None:
        schedule = Schedule(
            self,
            "Schedule",
            domain=domain,
            subject=TRAINING,
            names=names,
            arns=arns,
            expression=monthly(config.training_day, config.training_hour),
            target=self.arn,
            input="{}",
            description=f"Train the models of {domain}.",
        )
        schedule.role.allow(("states:StartExecution",), [self.arn])

    def _role(self, domain: str, names: Names, arns: Arns) -> Role:
        role = Role(
            self,
            "Role",
            name=names.role(domain, "training-state-machine"),
            principal=service("states", account=names.account),
            description=f"Trains the models of {domain}.",
            arns=arns,
        )
        role.allow(
            READ, arns.objects(names.processed_bucket, runs_root(domain)), why="Runs are not known at synth."
        )
        allow_logs_and_traces(role)
        return role
