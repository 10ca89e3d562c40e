"""One EventBridge schedule with a role of its own."""

from __future__ import annotations

from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from infra.foundation.arns import Arns
from infra.foundation.roles import Role, service
from lake.naming import Names

GLUE_START_JOB_RUN = "arn:aws:scheduler:::aws-sdk:glue:startJobRun"
"""The universal target that calls Glue; its input are the call's parameters."""


class Schedule(Construct):
    """Starts something at a fixed rate. Whoever declares it grants `role` the start.

    There is no dead-letter queue: a run that is still at work refuses the next start, which is normal and
    no letter. What a missed start leaves undone is done by the next one.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        domain: str,
        what: str,
        names: Names,
        arns: Arns,
        rate: str,
        target: str,
        input: str,
        description: str,
    ) -> None:
        super().__init__(scope, id)
        self.role = Role(
            self,
            "Role",
            name=names.role(domain, f"start_{what}"),
            principal=service("scheduler", account=names.account, source_arn=arns.schedules),
            description=f"Starts {what} of {domain}.",
            arns=arns,
        )
        self.resource = scheduler.CfnSchedule(
            self,
            "Schedule",
            name=names.schedule(domain, what),
            description=description,
            schedule_expression=f"rate({rate})",
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
