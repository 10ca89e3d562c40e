"""Pages that are drawn from the synthesised templates: state machines, stacks, their triggers and targets.

They show the environment dev with serving and QuickSight switched on, which has every part.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lake.documentation import pages as generated
from lake.documentation.pages import DOCS, page
from lake.documentation.stacks import Template, counts_table, flow, overview
from lake.documentation.state_machine import drawings

STACKS = "generated/stacks.md"
STATE_MACHINE = "generated/state-machine.md"

_SOURCE = "the synthesised templates of the environment dev with serving and QuickSight switched on"
_MACHINE = "AWS::StepFunctions::StateMachine"
_TRAINING = "-training"
"""End of the names of state machines that train models."""

_LEGEND = (
    "Green and bold is the path of a batch that brings new files to every layer; red states lead to failure. "
    "Rounded boxes are tasks, hexagons choices, ovals waits, double boxes maps. Dotted arrows are caught "
    "errors. An error that has no arrow of its own takes the failure path, which is drawn below."
)


def pages(outdir: Path) -> dict[str, str]:
    """Return the pages by their paths below `docs`, from a cloud assembly."""
    templates = _templates(outdir)
    return {
        STACKS: page("Stacks", _SOURCE, _stacks(templates, _dependencies(outdir, templates))),
        STATE_MACHINE: page("State machine", _SOURCE, _machines(templates)),
    }


def drift(outdir: Path, folder: Path = DOCS) -> list[str]:
    """Return one sentence for each difference between a cloud assembly and the pages below `folder`."""
    return generated.drift(pages(outdir), folder)


def write(outdir: Path, folder: Path = DOCS) -> None:
    """Write the pages below `folder`."""
    generated.write(pages(outdir), folder)


def state_machines(template: Template) -> list[dict[str, Any]]:
    """Return the definitions of the state machines of a template; references become logical ids."""
    return list(_by_name(template).values())


def _by_name(template: Template) -> dict[str, dict[str, Any]]:
    """Return the name of each state machine of a template, or its logical id → its definition."""
    return {
        resource["Properties"].get("StateMachineName", logical_id): json.loads(
            _text(resource["Properties"]["DefinitionString"])
        )
        for logical_id, resource in template.get("Resources", {}).items()
        if resource["Type"] == _MACHINE
    }


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    parts = value["Fn::Join"][1]
    return "".join(part if isinstance(part, str) else str(part.get("Ref", "")) for part in parts)


def _templates(outdir: Path) -> dict[str, Template]:
    return {
        path.name.removesuffix(".template.json"): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(outdir.glob("*.template.json"))
    }


def _dependencies(outdir: Path, stacks: Iterable[str]) -> dict[str, list[str]]:
    artifacts = json.loads((outdir / "manifest.json").read_text(encoding="utf-8"))["artifacts"]
    known = list(stacks)
    return {
        stack: [name for name in known if name in artifacts[stack].get("dependencies", ())] for stack in known
    }


def _stacks(templates: Mapping[str, Template], dependencies: Mapping[str, list[str]]) -> Iterator[str]:
    yield "An arrow leads from a stack to one that is deployed before it."
    yield overview(templates, dependencies)
    yield counts_table(templates)
    for stack, template in templates.items():
        if state_machines(template):
            yield f"## Triggers and targets in {stack}"
            yield flow(template)


def _machines(templates: Mapping[str, Template]) -> Iterator[str]:
    """Draw the largest pipeline, name the states that the others lack, and draw the largest training."""
    pipelines: dict[str, dict[str, Any]] = {}
    trainings: dict[str, dict[str, Any]] = {}
    for stack, template in templates.items():
        for name, machine in _by_name(template).items():
            (trainings if name.endswith(_TRAINING) else pipelines)[stack] = machine
    stack, largest = _largest(pipelines)
    yield f"The state machine of {stack}. {_without(pipelines, largest)}"
    yield _LEGEND
    for drawing in drawings(largest, "From start to published"):
        yield f"## {drawing.title}"
        yield from drawing.blocks
    if trainings:
        stack, largest = _largest(trainings)
        yield f"## Training\n\nThe state machine that trains the models of {stack}."
        for drawing in drawings(largest, "From start to a decision"):
            yield f"### {drawing.title}"
            yield from drawing.blocks


def _largest(machines: Mapping[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """Return stack and definition of the state machine with the most states."""
    return max(machines.items(), key=lambda item: (len(item[1]["States"]), item[0]))


def _without(machines: Mapping[str, Mapping[str, Any]], largest: Mapping[str, Any]) -> str:
    sentences = []
    for stack, machine in machines.items():
        absent = [
            f"`{name}`"
            for name, state in largest["States"].items()
            if state["Type"] in ("Task", "Map") and name not in machine["States"]
        ]
        if absent:
            sentences.append(
                f"The state machine of {stack} lacks {', '.join(absent)} and the states around them."
            )
    return " ".join(sentences)
