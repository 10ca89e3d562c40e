"""The generated pages with diagrams of stacks and state machines."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.application import synthesise
from infra.foundation.config import LOCAL, config_for
from infra.ops import diagrams
from infra.ops.lint import ROOT
from lake.model.discovery import load_domains
from tests.infra.assembly import ACCOUNT, REGION, Assembly


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The templates that the pages show: dev with serving."""
    return synthesise(
        tmp_path_factory.mktemp("served") / "cdk.out",
        config=config_for("dev", serving=LOCAL),
        root=ROOT,
        account=ACCOUNT,
        region=REGION,
        domains=load_domains(),
    )


def test_committed_pages_are_up_to_date(served: Path) -> None:
    assert diagrams.drift(served) == []


def test_every_state_of_every_state_machine_is_drawn_or_named(served: Path) -> None:
    text = diagrams.pages(served)[diagrams.STATE_MACHINE]
    for stack in Assembly(served).stacks.values():
        for machine in diagrams.state_machines(stack.template):
            for name, state in machine["States"].items():
                is_entry_of_failure = state["Type"] == "Pass" and name.endswith("Failed")
                assert f"s_{name}" in text or is_entry_of_failure, f"{name} is not drawn"


def test_every_stack_is_drawn(served: Path) -> None:
    text = diagrams.pages(served)[diagrams.STACKS]
    for stack in Assembly(served).stacks:
        assert f"<b>{stack}</b>" in text


def test_written_pages_do_not_drift(served: Path, tmp_path: Path) -> None:
    assert diagrams.drift(served, tmp_path) == [
        f"{diagrams.STACKS} is missing",
        f"{diagrams.STATE_MACHINE} is missing",
    ]
    diagrams.write(served, tmp_path)
    assert diagrams.drift(served, tmp_path) == []
