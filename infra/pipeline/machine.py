"""What all state machines share: log, tracing, and the permissions for both."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.foundation.arns import Arns
from infra.foundation.encryption import LogEncryption
from infra.foundation.logs import log_group
from infra.foundation.roles import Role


def state_machine(
    scope: Construct,
    *,
    name: str,
    definition: Mapping[str, Any],
    role: Role,
    arns: Arns,
    log: str,
    log_days: int,
    encryption: LogEncryption | None,
) -> sfn.StateMachine:
    """Return a state machine that logs its executions to the log group `log` for `log_days`, and traces them.

    `role` must be allowed to do both; see `allow_logs_and_traces`.
    """
    group = log_group(scope, "Log", name=log, days=log_days, key=encryption.key if encryption else None)
    text = json.dumps(definition).replace("arn:aws:states:::", f"arn:{arns.partition}:states:::")
    return sfn.StateMachine(
        scope,
        "StateMachine",
        state_machine_name=name,
        definition_body=sfn.DefinitionBody.from_string(text),
        role=role.frozen,
        logs=sfn.LogOptions(destination=group, level=sfn.LogLevel.ALL, include_execution_data=True),
        tracing_enabled=True,
    )


def allow_logs_and_traces(role: Role) -> None:
    """Allow the role of a state machine to deliver the log of its executions, and their traces."""
    role.allow(
        (
            "logs:CreateLogDelivery",
            "logs:GetLogDelivery",
            "logs:UpdateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:DescribeResourcePolicies",
            "logs:DescribeLogGroups",
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
        ),
        ["*"],
        why="The actions of log delivery and X-Ray do not support resources.",
    )
