"""Checking, at deployment, that all states of a state machine can be executed locally."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from typing import Any

from botocore import xform_name

from localcloud import services
from localcloud.errors import UnsupportedError

OPTIMISED = {
    "dynamodb:deleteItem",
    "dynamodb:getItem",
    "dynamodb:putItem",
    "dynamodb:updateItem",
    "events:putEvents",
    "glue:startJobRun",
    "glue:startJobRun.sync",
    "lambda:invoke",
    "sns:publish",
    "sqs:sendMessage",
    "states:startExecution",
}
"""Optimised integrations that are executed, without the prefix `arn:aws:states:::`."""

_SDK_SERVICES = {"sfn": "stepfunctions"}
"""Service names of Step Functions → those of boto3, where they differ."""


def boto_service(name: str) -> str:
    """Return boto3's name of an `aws-sdk` service."""
    return _SDK_SERVICES.get(name, name)


def check_definition(definition: str, where: str) -> None:
    """Raise UnsupportedError if a definition (JSON text) has states that would not execute locally.

    The message lists them all; `where` is the state machine's name.
    """
    machine = json.loads(definition)
    problems = [f"{name}: {problem}" for name, state in states_of(machine) for problem in _problems(state)]
    if machine.get("QueryLanguage", "JSONPath") != "JSONPath":
        problems.append("JSONata is not interpreted")
    if problems:
        listed = "".join(f"\n  - {problem}" for problem in problems)
        raise UnsupportedError(
            f"{len(problems)} state(s) that cannot be executed locally:{listed}",
            where=f"state machine {where}",
        )


def states_of(machine: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield name and body of every state, including those of Parallel branches and Map iterations."""
    for name, state in machine.get("States", {}).items():
        yield name, state
        for inner in (*state.get("Branches", ()), state.get("ItemProcessor"), state.get("Iterator")):
            if inner:
                yield from states_of(inner)


def _problems(state: dict[str, Any]) -> Iterator[str]:
    if state.get("QueryLanguage", "JSONPath") != "JSONPath":
        yield "JSONata is not interpreted"
    if "ItemBatcher" in state:
        yield "ItemBatcher is not interpreted"
    if state.get("ItemReader", {}).get("ReaderConfig", {}).get("InputType") == "JSONL":
        yield "items are not read from JSONL"
    if state.get("Type") == "Task" and not _is_known(state["Resource"]):
        yield f"the resource '{state['Resource']}' is unknown"


def _is_known(resource: str) -> bool:
    if re.fullmatch(r"arn:aws:lambda:[^:]+:\d+:function:.+", resource):
        return True
    name = resource.removeprefix("arn:aws:states:::")
    if name == resource:
        return False
    return name in OPTIMISED or _is_sdk_action(name)


def _is_sdk_action(name: str) -> bool:
    parts = name.split(":")
    if len(parts) != 3 or parts[0] != "aws-sdk":
        return False
    return xform_name(parts[2]) in _operations(boto_service(parts[1]))


@functools.lru_cache
def _operations(service: str) -> frozenset[str]:
    """Return the operations of a service in boto3's spelling, none if there is no such service."""
    session = services.session()
    if service not in session.get_available_services():
        return frozenset()
    return frozenset(xform_name(name) for name in session._session.get_service_model(service).operation_names)
