"""An independent validator accepts the state machines, and refuses each kind of broken one."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.ops.state_machines import findings
from infra.pipeline.copies.publish_states import ServingPlan
from infra.pipeline.definition import definition
from tests.infra.assembly import Assembly
from tests.infra.pipeline_definitions import LOAD, PLAN, SERVING

Machine = dict[str, Any]

WHOLE: Machine = definition(replace(PLAN, serving=SERVING))
"""The definition with every state that a domain can have."""


def problems(folder: Path, machine: Machine) -> list[str]:
    resource = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"DefinitionString": json.dumps(machine)},
    }
    (folder / "lake.template.json").write_text(json.dumps({"Resources": {"Machine": resource}}))
    return findings(folder)


@pytest.mark.parametrize("environment", ["dev", "prod", "serving"])
def test_state_machines_of_the_templates_are_valid(environment: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(environment)
    assert findings(assembly.outdir) == []


def test_whole_definition_is_valid(tmp_path: Path) -> None:
    assert problems(tmp_path, WHOLE) == []


@pytest.mark.parametrize("serving", [None, SERVING])
def test_definition_that_loads_the_relational_copy_is_valid(
    tmp_path: Path, serving: ServingPlan | None
) -> None:
    assert problems(tmp_path, definition(replace(PLAN, serving=serving, load=LOAD))) == []


def _misspell(states: Machine) -> None:
    states["RawToProcessed"]["TimeoutSecond"] = 1


def _lead_nowhere(states: Machine) -> None:
    states["QualityGate"]["Default"] = "Nowhere"


def _leave_unreachable(states: Machine) -> None:
    states["Orphan"] = {"Type": "Succeed"}


def _catch_all_first(states: Machine) -> None:
    states["RawToProcessed"]["Catch"].insert(0, {"ErrorEquals": ["States.ALL"], "Next": "Done"})


def _invent_a_function(states: Machine) -> None:
    states["CountLeaseAttempt"]["Parameters"]["attempts.$"] = "States.Add($.lease.attempts, 1)"


def _end_nowhere(states: Machine) -> None:
    del states["PublishMarts"]["ItemProcessor"]["States"]["MartFailed"]["End"]


@pytest.mark.parametrize(
    ("breaks", "message"),
    [
        (_misspell, 'Field "TimeoutSecond" not allowed'),
        (_lead_nowhere, 'No state found named "Nowhere"'),
        (_leave_unreachable, "No transition found to state State Machine.Orphan"),
        (_catch_all_first, "States.ALL can only appear in the last element"),
        (_invent_a_function, "is not a JSONPath or intrinsic function expression"),
        (_end_nowhere, 'MartFailed does not have required field "Next"'),
    ],
)
def test_broken_definition_is_refused(
    tmp_path: Path, breaks: Callable[[Machine], None], message: str
) -> None:
    machine = copy.deepcopy(WHOLE)
    breaks(machine["States"])
    assert any(message in problem for problem in problems(tmp_path, machine))
