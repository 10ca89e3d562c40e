"""Access to synthesised templates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ACCOUNT = "123456789012"
REGION = "us-east-1"

Resource = dict[str, Any]


@dataclass(frozen=True)
class Stack:
    """One stack's template."""

    template: dict[str, Any]

    def of_type(self, kind: str) -> list[Resource]:
        """Return the properties of all resources of a type."""
        return [r["Properties"] for r in self.template["Resources"].values() if r["Type"] == kind]

    def named(self, kind: str, name: str) -> Resource:
        """Return the properties of the resource with the physical name `name`."""
        found = [p for p in self.of_type(kind) if name in p.values()]
        assert len(found) == 1, f"{len(found)} resources {kind} named {name}"
        return found[0]

    def role(self, name: str) -> list[Resource]:
        """Return the policy statements of the role `name`."""
        role = self.named("AWS::IAM::Role", name)
        return [s for policy in role["Policies"] for s in policy["PolicyDocument"]["Statement"]]

    @cached_property
    def state_machine(self) -> dict[str, Any]:
        """The definition of the pipeline, with logical ids in place of references."""
        return self._definition("-pipeline")

    @cached_property
    def training_machine(self) -> dict[str, Any]:
        """The definition of the training, with logical ids in place of references."""
        return self._definition("-training")

    def _definition(self, suffix: str) -> dict[str, Any]:
        machines = self.of_type("AWS::StepFunctions::StateMachine")
        [text] = [each["DefinitionString"] for each in machines if each["StateMachineName"].endswith(suffix)]
        if isinstance(text, dict):
            parts = text["Fn::Join"][1]
            text = "".join(part if isinstance(part, str) else str(part.get("Ref")) for part in parts)
        definition: dict[str, Any] = json.loads(text)
        return definition


@dataclass(frozen=True)
class Assembly:
    """A synthesised application."""

    outdir: Path

    def stack(self, name: str) -> Stack:
        return Stack(json.loads((self.outdir / f"{name}.template.json").read_text()))

    @cached_property
    def manifest(self) -> dict[str, Any]:
        manifest: dict[str, Any] = json.loads((self.outdir / "manifest.json").read_text())
        return manifest

    @property
    def stacks(self) -> dict[str, Stack]:
        found = sorted(
            path.name.removesuffix(".template.json") for path in self.outdir.glob("*.template.json")
        )
        return {name: self.stack(name) for name in found}

    def resources(self) -> Iterator[tuple[str, Resource]]:
        """Yield (logical id, resource) of all stacks."""
        for stack in self.stacks.values():
            yield from stack.template["Resources"].items()


def as_list(value: Any) -> list[Any]:
    """Return `value` as a list: a policy holds a single element without its list."""
    return value if isinstance(value, list) else [value]


def actions(statements: list[Resource], on: str) -> set[str]:
    """Return the actions that are allowed on resources whose ARN contains `on`."""
    return {
        action
        for statement in statements
        if any(on in str(resource) for resource in as_list(statement["Resource"]))
        for action in as_list(statement["Action"])
    }
