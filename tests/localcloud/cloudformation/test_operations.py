"""State machines, alarms and secrets have the properties and references of their templates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from localcloud.errors import UnsupportedError
from localcloud.server import LocalCloud
from tests.localcloud.assembly import (
    ACCOUNT,
    MACHINE_ARN,
    REGION,
    ROLE_ARN,
    machine,
    resource,
    role,
    write_assembly,
)
from tests.localcloud.cloudformation.conftest import DeployOutputs

PASS = {"Start": {"Type": "Pass", "Parameters": {"to": "${Target}"}, "End": True}}
ALARM = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:alarm"


@pytest.fixture(scope="module")
def values(deploy_outputs: DeployOutputs) -> dict[str, str]:
    substituted = machine("machine", PASS, "Start", f"{ROLE_ARN}/operations")
    substituted["Properties"]["DefinitionSubstitutions"] = {"Target": {"Ref": "Topic"}}
    generated = {"SecretStringTemplate": '{"user": "caudal"}', "GenerateStringKey": "password"}
    resources: dict[str, Any] = {
        "Role": role("operations", "states.amazonaws.com"),
        "Topic": resource("AWS::SNS::Topic", TopicName="substituted"),
        "Machine": substituted,
        "Alarm": resource(
            "AWS::CloudWatch::Alarm",
            AlarmName="alarm",
            Namespace="AWS/States",
            MetricName="ExecutionsFailed",
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            Period=60,
            Threshold=0,
            Statistic="Sum",
        ),
        "Secret": resource("AWS::SecretsManager::Secret", Name="secret", GenerateSecretString=generated),
    }
    return deploy_outputs("operations", resources, {"Machine": "Arn", "Alarm": "Arn"})


def test_ref_and_attributes_of_each_resource_are_resolved(values: dict[str, str]) -> None:
    assert values["MachineRef"] == values["MachineArn"] == f"{MACHINE_ARN}:machine"
    assert (values["AlarmRef"], values["AlarmArn"]) == ("alarm", ALARM)
    assert values["SecretRef"].startswith(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:secret")


def test_definition_substitutions_are_applied(cloud: LocalCloud, values: dict[str, str]) -> None:
    described = cloud.client("stepfunctions").describe_state_machine(stateMachineArn=values["MachineArn"])
    assert json.loads(described["definition"])["States"]["Start"]["Parameters"] == {"to": values["TopicRef"]}


def test_secret_is_generated(cloud: LocalCloud, values: dict[str, str]) -> None:
    secret = json.loads(cloud.client("secretsmanager").get_secret_value(SecretId="secret")["SecretString"])
    assert (secret["user"], len(secret["password"])) == ("caudal", 32)


def test_state_machine_that_cannot_execute_is_refused(cloud: LocalCloud, tmp_path: Path) -> None:
    states = {"Start": {"Type": "Task", "Resource": "arn:aws:states:::quantum:compute", "End": True}}
    stack = {
        "Role": role("quantum", "states.amazonaws.com"),
        "Machine": machine("quantum", states, "Start", f"arn:aws:iam::{ACCOUNT}:role/quantum"),
    }
    with pytest.raises(
        UnsupportedError, match=r"Start: the resource 'arn:aws:states:::quantum:compute' is unknown"
    ):
        cloud.deploy(write_assembly(tmp_path, {"quantum": stack}))
