"""Diagrams of a state machine's main path, maps and failures."""

from __future__ import annotations

import pytest

from lake.documentation.state_machine import drawings
from tests.lake.documentation.test_state_graph import DEFINITION

MAIN, FAILURE = ("\n\n".join(drawing.blocks) for drawing in drawings(DEFINITION, "Main"))


@pytest.mark.parametrize(
    "line",
    [
        '    s_IsNew -->|"new = false"| s_Done',
        '    s_IsNew ==>|"otherwise"| s_Work',
        '    s_IsReady -->|"attempts #lt; 5"| s_Pause',
        '    s_IsReady -->|"otherwise"| s_NotReady',
        '    subgraph loop_IsReady ["wait and repeat"]',
        "    class s_IsNew,s_Work,s_IsReady,s_Publish,s_Done happy",
        "    class s_NotReady failing",
    ],
)
def test_main_diagram_shows_choices_loops_and_the_main_path(line: str) -> None:
    assert line in MAIN.splitlines()


def test_main_diagram_leaves_out_unforeseen_errors() -> None:
    assert "WorkFailed" not in MAIN
    assert "States.ALL" not in MAIN


def test_failure_diagram_begins_where_all_failures_meet() -> None:
    assert "    s_Tell --> s_Failed" in FAILURE.splitlines()
    assert "| `Work` | 3 times |  | `Tell` |" in FAILURE.splitlines()


def test_each_map_has_a_diagram_of_its_own() -> None:
    inner = {"StartAt": "Step", "States": {"Step": {"Type": "Task", "End": True}}}
    definition = {
        "StartAt": "All",
        "States": {
            "All": {"Type": "Map", "ItemProcessor": inner, "Next": "Done"},
            "Done": {"Type": "Succeed"},
        },
    }
    last = drawings(definition, "Main")[-1]
    assert last.title == "Inside All, for each item"
    assert '    s_Step("Step")' in last.blocks[0].splitlines()


def test_many_conditions_of_one_arrow_are_cut_short() -> None:
    rules = [{"Variable": "$.mart", "StringEquals": name, "Next": "Done"} for name in "abcde"]
    definition = {
        "StartAt": "Is",
        "States": {
            "Is": {"Type": "Choice", "Choices": rules, "Default": "Done"},
            "Done": {"Type": "Succeed"},
        },
    }
    text = drawings(definition, "Main")[0].blocks[0]
    assert '|"mart = a<br/>mart = b<br/>mart = c<br/>… 3 more"|' in text
