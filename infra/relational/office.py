"""The function that starts and stops the database, and what calls it: schedules, and RDS's own events."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from infra.foundation.acknowledge import acknowledge
from infra.foundation.arns import Arns
from infra.foundation.config import Config
from infra.foundation.logs import log_group
from infra.foundation.roles import Role, service
from infra.relational.hours import RETRIES, OfficeHours
from lake.naming import Names
from lake.naming.relational import DATABASE_LEASES

RDS_SCHEDULE = "rds_schedule"
"""Name of the function's folder."""

RESTARTED_BY_AWS = ("RDS-EVENT-0154", "RDS-EVENT-0088")
"""AWS starts an instance that was stopped for seven days, and: an instance was started."""


class OfficeFunction(Construct):
    """The function, its schedules at the begin, at the end and outside of office hours, and RDS's events.

    `lease_seconds`: how long a load that was never released keeps the database awake. It must be longer than
    an execution can last.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        config: Config,
        arns: Arns,
        hours: OfficeHours,
        archive: Path,
        lease_seconds: int,
    ) -> None:
        super().__init__(scope, id)
        self._names = names
        self.arn = arns.function(names.office_hours)
        role = self._role(arns)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=names.office_hours,
            description="Starts and stops the database of the relational copy.",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.X86_64,
            handler="handler.handler",
            code=lambda_.Code.from_asset(str(archive)),
            memory_size=256,
            timeout=Duration.minutes(1),
            role=role.frozen,
            log_group=log_group(self, "Log", name=names.office_log_group(), days=config.log_days),
            environment={
                "DATABASE": names.relational,
                "LEASE_TABLE": names.lease_table,
                "OFFICE_ZONE": hours.zone,
                "OFFICE_START": str(hours.start),
                "OFFICE_HOURS": str(hours.length),
                "LEASE_SECONDS": str(lease_seconds),
            },
        )
        acknowledge(
            self.function, "AwsSolutions-L1", "The functions run on the Python that their tests run on."
        )
        start, stop = (self._caller(action, arns) for action in ("start", "stop"))
        for action, expression, caller in (
            ("start", hours.starts, start),
            ("stop", hours.stops, stop),
            ("retry", RETRIES, stop),
        ):
            self._schedule(action, expression, hours.zone, caller)
        self._listen(arns)

    def _role(self, arns: Arns) -> Role:
        """Return the function's role: it changes one instance, and one item in the table of leases."""
        names = self._names
        role = Role(
            self,
            "Role",
            name=names.office_hours,
            principal=service("lambda", account=names.account, is_documented=False),
            description="Starts and stops the database of the relational copy.",
            arns=arns,
        )
        role.allow(
            ("rds:DescribeDBInstances", "rds:StartDBInstance", "rds:StopDBInstance"),
            [arns.database_instance(names.relational)],
        )
        role.allow(
            ("dynamodb:GetItem", "dynamodb:PutItem"),
            [arns.dynamodb_table(names.lease_table)],
            when={"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [DATABASE_LEASES]}},
        )
        role.allow(
            ("logs:CreateLogStream", "logs:PutLogEvents"),
            [arns.log_group(f"{names.office_log_group()}:*")],
            why="Each instance of the function names its own log stream.",
        )
        return role

    def _caller(self, action: str, arns: Arns) -> Role:
        """Return the role of the schedules that ask for a start or a stop."""
        names = self._names
        role = Role(
            self,
            f"{action}-role",
            name=f"{names.office_hours}-{action}",
            principal=service("scheduler", account=names.account, source_arn=arns.schedules),
            description=f"Asks for the {action} of the database.",
            arns=arns,
        )
        role.allow(("lambda:InvokeFunction",), [self.arn])
        return role

    def _schedule(self, action: str, expression: str, zone: str, role: Role) -> None:
        names = self._names
        schedule = scheduler.CfnSchedule(
            self,
            action,
            name=f"{names.office_hours}-{action}",
            description=f"Asks for the {action} of the database of the relational copy.",
            schedule_expression=expression,
            schedule_expression_timezone=zone,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=self.arn,
                role_arn=role.arn,
                input=f'{{"action": "{action}", "due": "<aws.scheduler.scheduled-time>"}}',
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_event_age_in_seconds=600, maximum_retry_attempts=3
                ),
            ),
        )
        schedule.node.add_dependency(role)
        schedule.node.add_dependency(self.function)

    def _listen(self, arns: Arns) -> None:
        """Send the function what RDS says of the instance when AWS starts it after seven days."""
        rule = events.CfnRule(
            self,
            "Rule",
            name=self._names.office_hours,
            description="The database of the relational copy was started by AWS.",
            event_pattern={
                "source": ["aws.rds"],
                "detail-type": ["RDS DB Instance Event"],
                "detail": {"SourceIdentifier": [self._names.relational], "EventID": list(RESTARTED_BY_AWS)},
            },
            targets=[events.CfnRule.TargetProperty(id="function", arn=self.arn)],
        )
        lambda_.CfnPermission(
            self,
            "Permission",
            action="lambda:InvokeFunction",
            function_name=self.function.function_name,
            principal="events.amazonaws.com",
            source_arn=rule.attr_arn,
        )
