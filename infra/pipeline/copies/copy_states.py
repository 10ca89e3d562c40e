"""States that update the copies of gold side by side: the serving store, and the relational copy.

Neither waits for the other, and neither harms the other: a branch ends with its outcome, also if it failed.
"""

from __future__ import annotations

from infra.pipeline.copies import load_mark, load_states, publish_states
from infra.pipeline.states import NOTIFY_FAILURE, State, States, all_of, choice, equals, named_failure
from lake.naming import LoadStatus

START = "UpdateCopies"

FAILED, IDLE, PARTIAL, COMPLETE = "FAILED", "IDLE", "PARTIAL", "COMPLETE"
"""Outcomes of the serving store; IDLE: nothing was to be published."""

RELATIONAL = "$.copies.relational"
"""Path of the load's outcome."""

SERVED_MARTS = "$.copies.serving.marts"
"""Path of what the serving store refused."""

_ENDS = {
    NOTIFY_FAILURE: ("ServingFailed", {"outcome": FAILED, "failure.$": "$.failure"}),
    IDLE: ("NothingServed", {"outcome": IDLE}),
    PARTIAL: ("PartlyServed", {"outcome": PARTIAL, "marts.$": "$.serving.marts"}),
    COMPLETE: ("Served", {"outcome": COMPLETE}),
}


def update(
    load: States, serving: States | None, *, idle: str, complete: str, partial: str, partly_loaded: str
) -> States:
    """Return the states from START to what follows the outcomes.

    `load` are those of load_states, `serving` those of publish_states with the outcomes as the names of the
    states that follow. `partly_loaded` follows where the load alone is partial, `idle` where neither copy
    lacked anything.
    """
    branches = [{"StartAt": load_states.IS_NEEDED, "States": load}]
    selected = {"relational.$": "$[0]"}
    is_idle = equals(f"{RELATIONAL}.status", load_mark.IDLE)
    idle_rule: State = {**is_idle, "Next": idle}
    serving_rules: list[State] = []
    recorded: States = {}
    if serving is not None:
        branches.append({"StartAt": publish_states.START, "States": _branch(serving)})
        selected["serving.$"] = "$[1]"
        outcome = "$.copies.serving.outcome"
        serving_rules = [
            {**equals(outcome, FAILED), "Next": "RecordServingFailure"},
            {**equals(outcome, PARTIAL), "Next": partial},
        ]
        idle_rule = all_of(equals(outcome, IDLE), is_idle, next=idle)
        recorded = {
            "RecordServingFailure": {
                "Type": "Pass",
                "InputPath": "$.copies.serving.failure",
                "ResultPath": "$.failure",
                "Next": NOTIFY_FAILURE,
            }
        }
    return {
        START: {
            "Type": "Parallel",
            "Branches": branches,
            "ResultSelector": selected,
            "ResultPath": "$.copies",
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": f"{START}Failed"}],
            "Next": "AreCopiesComplete",
        },
        f"{START}Failed": named_failure(START),
        "AreCopiesComplete": choice(
            *serving_rules,
            {**equals(f"{RELATIONAL}.status", LoadStatus.PARTIAL), "Next": partly_loaded},
            idle_rule,
            default=complete,
        ),
        **recorded,
    }


def _branch(serving: States) -> States:
    """Return the states of a branch: what followed outside is an end with the outcome."""
    states = {name: _redirected(state) for name, state in serving.items()}
    for name, parameters in _ENDS.values():
        states[name] = {"Type": "Pass", "Parameters": parameters, "End": True}
    return states


def _redirected(state: State) -> State:
    """Return a state whose successors outside of the branch are the branch's ends."""
    changed = dict(state)
    for key in ("Next", "Default"):
        if key in state:
            changed[key] = _end(state[key])
    for key in ("Choices", "Catch"):
        if key in state:
            changed[key] = [{**entry, "Next": _end(entry["Next"])} for entry in state[key]]
    return changed


def _end(name: str) -> str:
    return _ENDS[name][0] if name in _ENDS else name
