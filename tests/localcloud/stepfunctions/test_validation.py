"""Definitions with states that cannot be executed locally are refused; the message names the states."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localcloud.errors import UnsupportedError
from localcloud.stepfunctions.validation import check_definition


def check(state: dict[str, Any], **machine: Any) -> None:
    check_definition(json.dumps({"StartAt": "S", "States": {"S": state}, **machine}), "test")


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:states:::glue:startJobRun.sync",
        "arn:aws:states:::dynamodb:putItem",
        "arn:aws:states:::aws-sdk:sfn:describeExecution",
        "arn:aws:states:::aws-sdk:glue:startCrawler",
        "arn:aws:states:::sns:publish",
        "arn:aws:lambda:us-east-1:123456789012:function:publish",
    ],
)
def test_known_resources_are_accepted(resource: str) -> None:
    check({"Type": "Task", "Resource": resource})


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:states:::athena:startQueryExecution.sync",
        "arn:aws:states:::states:startExecution.sync:2",
        "arn:aws:states:::aws-sdk:glue:doMagic",
        "arn:aws:states:::aws-sdk:nothing:getObject",
        "arn:aws:states:us-east-1:123456789012:activity:work",
    ],
)
def test_unknown_resources_are_refused(resource: str) -> None:
    with pytest.raises(UnsupportedError, match="S: the resource"):
        check({"Type": "Task", "Resource": resource})


def test_inner_states_are_checked() -> None:
    inner = {"StartAt": "I", "States": {"I": {"Type": "Task", "Resource": "arn:aws:states:::quantum:run"}}}
    for state in ({"Type": "Map", "ItemProcessor": inner}, {"Type": "Parallel", "Branches": [inner]}):
        with pytest.raises(UnsupportedError, match="I: the resource"):
            check(state)


@pytest.mark.parametrize(
    ("state", "machine", "problem"),
    [
        ({"Type": "Pass"}, {"QueryLanguage": "JSONata"}, "JSONata"),
        ({"Type": "Pass", "QueryLanguage": "JSONata"}, {}, "JSONata"),
        ({"Type": "Map", "ItemBatcher": {}}, {}, "ItemBatcher"),
        ({"Type": "Map", "ItemReader": {"ReaderConfig": {"InputType": "JSONL"}}}, {}, "JSONL"),
    ],
)
def test_unsupported_features_are_refused(
    state: dict[str, Any], machine: dict[str, Any], problem: str
) -> None:
    with pytest.raises(UnsupportedError, match=problem):
        check(state, **machine)
