"""The generated pages with diagrams of stacks and state machines."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.ops import diagrams
from tests.infra.assembly import Assembly


@pytest.fixture
def served(serving: Assembly) -> Path:
    """The templates that the pages show."""
    return serving.outdir


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
