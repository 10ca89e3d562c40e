"""An EventBridge schedule with its own role."""

from __future__ import annotations

from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from infra.foundation.arns import Arns
from infra.foundation.roles import Role, service
from lake.naming import Names

GLUE_START_JOB_RUN = "arn:aws:scheduler:::aws-sdk:glue:startJobRun"
"""EventBridge Scheduler's universal target for StartJobRun; the schedule's input holds its parameters."""


def every(rate: str) -> str:
    """Return the expression of a rate such as `1 hour`, which starts for the first time when it is made."""
    return f"rate({rate})"


def monthly(day: int, hour: int) -> str:
    """Return the expression of a day of each month and an hour of it, in UTC."""
    return f"cron(0 {hour} {day} * ? *)"


class Schedule(Construct):
    """A schedule that starts a job or a state machine (`target`) at the times of `expression`.

    The caller allows `role` to start the target. `subject` names the target in physical names. There is no
    dead-letter queue: a target that is still running refuses the next start, which is normal, and the next
    start processes the data of a missed one.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        domain: str,
        subject: str,
        names: Names,
        arns: Arns,
        expression: str,
        target: str,
        input: str,
        description: str,
    ) -> None:
        super().__init__(scope, id)
        self.role = Role(
            self,
            "Role",
            name=names.role(domain, f"start_{subject}"),
            principal=service("scheduler", account=names.account, source_arn=arns.schedules),
            description=f"Starts {subject} of {domain}.",
            arns=arns,
        )
        self.resource = scheduler.CfnSchedule(
            self,
            "Schedule",
            name=names.schedule(domain, subject),
            description=description,
            schedule_expression=expression,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=target.replace("arn:aws:", f"arn:{arns.partition}:", 1),
                role_arn=self.role.arn,
                input=input,
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_event_age_in_seconds=600, maximum_retry_attempts=3
                ),
            ),
        )
        self.resource.node.add_dependency(self.role)
