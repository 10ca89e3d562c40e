"""Choices fail where Step Functions fails, or may fail: on paths that the data lacks."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest

from infra.pipeline.definition import definition
from localcloud.server import LocalCloud
from tests.infra.pipeline_definitions import PLAN
from tests.localcloud.assembly import ROLE_ARN, role

ROLE = f"{ROLE_ARN}/choosing"


@pytest.fixture(scope="module", autouse=True)
def stack(deploy: Any) -> None:
    deploy({"choosing": {"Role": role("choosing", "states.amazonaws.com")}})


def decide(cloud: LocalCloud, choice: dict[str, Any], data: Any) -> dict[str, Any]:
    """Run a Choice whose rules lead to states without effect; return the described execution."""
    targets = {rule["Next"] for rule in choice["Choices"]} | {choice["Default"]}
    states = {
        "Choice": choice,
        **{name: {"Type": "Pass", "Result": {"went to": name}, "End": True} for name in targets},
    }
    sfn = cloud.client("stepfunctions")
    arn = sfn.create_state_machine(
        name=f"c{time.monotonic_ns()}",
        definition=json.dumps({"StartAt": "Choice", "States": states}),
        roleArn=ROLE,
    )["stateMachineArn"]
    execution = sfn.start_execution(stateMachineArn=arn, input=json.dumps(data))["executionArn"]
    while (described := sfn.describe_execution(executionArn=execution))["status"] == "RUNNING":
        time.sleep(0.02)
    return dict(described)


def choice(*rules: dict[str, Any]) -> dict[str, Any]:
    return {
        "Type": "Choice",
        "Choices": [{**rule, "Next": f"Rule{number}"} for number, rule in enumerate(rules)],
        "Default": "None",
    }


FIELD = {"Variable": "$.field", "IsPresent": True}
FIRST = {"Variable": "$[0]", "IsPresent": True}


@pytest.mark.parametrize(
    ("rules", "data", "expected"),
    [
        ([FIELD], {"field": None}, "Rule0"),
        ([FIELD], {}, "None"),
        ([FIRST], {"field": 1}, "None"),
        ([FIRST, FIELD], [{"key": "a"}], "Rule0"),
        ([FIRST, FIELD], {"field": 1}, "Rule1"),
        ([{"And": [FIELD, {"Variable": "$.field", "StringEquals": "a"}]}], {}, "None"),
    ],
)
def test_presence_may_be_asked_for(
    cloud: LocalCloud, rules: list[dict[str, Any]], data: Any, expected: str
) -> None:
    described = decide(cloud, choice(*rules), data)
    assert json.loads(described["output"]) == {"went to": expected}


@pytest.mark.parametrize(
    ("rule", "data", "cause"),
    [
        ({"Variable": "$.missing", "StringEquals": "a"}, {}, r"'\$.missing': .* references no value"),
        ({"Variable": "$.missing", "IsNull": True}, {}, r"'\$.missing': .* references no value"),
        (FIELD, [{"field": 1}], r"'\$.field': The choice state's input is an array"),
    ],
)
def test_other_comparisons_of_a_missing_value_fail(
    cloud: LocalCloud, rule: dict[str, Any], data: Any, cause: str
) -> None:
    described = decide(cloud, choice(rule), data)
    assert (described["status"], described["error"]) == ("FAILED", "States.Runtime")
    assert re.search(cause, described["cause"])


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ([{"key": "shop/orders/1/orders.csv"}], "PrepareIncrementalRun"),
        ({}, "PrepareIncrementalRun"),
        ({"full_refresh": "true"}, "PrepareFullRefresh"),
        ({"full_refresh": "false"}, "PrepareIncrementalRun"),
    ],
)
def test_pipeline_accepts_the_array_of_the_pipe_and_the_object_of_a_person(
    cloud: LocalCloud, data: Any, expected: str
) -> None:
    entry = definition(PLAN)["States"]["IsFullRefresh"]
    assert json.loads(decide(cloud, entry, data)["output"]) == {"went to": expected}
