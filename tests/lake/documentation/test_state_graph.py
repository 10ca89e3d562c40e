"""A state machine as a graph: edges, loops, and failing states."""

from __future__ import annotations

from typing import Any

import pytest

from lake.documentation.state_graph import Edge, Graph, condition

CATCH = {"ErrorEquals": ["States.ALL"], "Next": "WorkFailed"}
DEFINITION: dict[str, Any] = {
    "StartAt": "IsNew",
    "States": {
        "IsNew": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.new", "BooleanEquals": False, "Next": "Done"}],
            "Default": "Work",
        },
        "Work": {"Type": "Task", "Next": "IsReady", "Catch": [CATCH], "Retry": [{"MaxAttempts": 3}]},
        "WorkFailed": {"Type": "Pass", "Next": "Tell"},
        "IsReady": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.crawl.state", "StringEquals": "READY", "Next": "Publish"},
                {"Variable": "$.attempts", "NumericLessThan": 5, "Next": "Pause"},
            ],
            "Default": "NotReady",
        },
        "Pause": {"Type": "Wait", "Seconds": 1, "Next": "IsReady"},
        "NotReady": {"Type": "Pass", "Next": "Tell"},
        "Publish": {"Type": "Task", "Next": "Done"},
        "Done": {"Type": "Succeed"},
        "Tell": {"Type": "Task", "Next": "Failed"},
        "Failed": {"Type": "Fail"},
    },
}
GRAPH = Graph(DEFINITION)


def test_edges_carry_conditions_and_errors() -> None:
    assert GRAPH.edges("IsNew") == [Edge("Done", "new = false"), Edge("Work", "otherwise")]
    assert GRAPH.edges("Work") == [Edge("IsReady"), Edge("WorkFailed", error="States.ALL")]


def test_happy_path_is_the_successful_path_with_most_tasks() -> None:
    assert GRAPH.happy_path() == ["IsNew", "Work", "IsReady", "Publish", "Done"]


def test_failing_states_cannot_reach_success() -> None:
    failing = {name for name in GRAPH.states if GRAPH.is_failing(name)}
    assert failing == {"WorkFailed", "NotReady", "Tell", "Failed"}


def test_states_that_only_name_a_failure_are_passed_over() -> None:
    assert GRAPH.names_failure("WorkFailed")
    assert not GRAPH.names_failure("Tell")
    assert GRAPH.after_naming("WorkFailed") == "Tell"


def test_loops_are_the_states_that_can_repeat() -> None:
    assert GRAPH.loops() == [["IsReady", "Pause"]]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"Variable": "$.a.status", "StringEquals": "REJECTED"}, "status = REJECTED"),
        ({"Variable": "$.a", "IsPresent": False}, "a is absent"),
        ({"Not": {"Variable": "$.a", "StringMatches": "*x*"}}, "not (a matches *x*)"),
        ({"Or": [{"Variable": "$.a", "IsPresent": True}, {"Variable": "$.b", "NumericGreaterThan": 0}]},
         "a is present or b > 0"),
    ],
)  # fmt: skip
def test_conditions_are_written_in_short_words(rule: dict[str, Any], expected: str) -> None:
    assert condition(rule) == expected
