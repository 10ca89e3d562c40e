"""The graph of a state machine: transitions, loops, the main path, and the states that end in failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

CATCH_ALL = "States.ALL"
_OPERATORS = {
    "StringEquals": "=",
    "BooleanEquals": "=",
    "NumericEquals": "=",
    "NumericLessThan": "<",
    "NumericGreaterThan": ">",
    "StringMatches": "matches",
}


@dataclass(frozen=True)
class Edge:
    """A transition: a choice rule's (`condition`), a catch's (`error`), or the plain next state."""

    target: str
    condition: str = ""
    error: str = ""

    @property
    def is_catch_all(self) -> bool:
        return self.error == CATCH_ALL


class Graph:
    """The states of one definition, without those inside its maps and branches."""

    def __init__(self, definition: Mapping[str, Any]) -> None:
        self.start: str = definition["StartAt"]
        self.states: Mapping[str, Mapping[str, Any]] = definition["States"]

    def edges(self, name: str) -> list[Edge]:
        """Return the transitions of a state in the order of the definition."""
        state = self.states[name]
        found = [Edge(rule["Next"], condition(rule)) for rule in state.get("Choices", ())]
        found += [Edge(state["Default"], "otherwise")] if "Default" in state else []
        found += [Edge(state["Next"])] if "Next" in state else []
        for catcher in state.get("Catch", ()):
            found.append(Edge(catcher["Next"], error=", ".join(catcher["ErrorEquals"])))
        return found

    def is_failing(self, name: str) -> bool:
        """Return whether no path leads from the state to a successful end."""
        return name not in self._succeeding

    def names_failure(self, name: str) -> bool:
        """Return whether the state only names the step that failed, on the way into the failure path."""
        entered = any(edge.target == name for other in self._succeeding for edge in self.edges(other))
        return self.is_failing(name) and self.states[name]["Type"] == "Pass" and entered

    def after_naming(self, name: str) -> str:
        """Return the state that follows the one that names the failed step."""
        return self.after_naming(self.states[name]["Next"]) if self.names_failure(name) else name

    def happy_path(self) -> list[str]:
        """Return the path from the start to a successful end that does most of the work.

        That is the one with most tasks and maps and without a caught error; among equals the one that
        takes the default of a choice.
        """
        best: list[str] = []
        best_score = (-1, -1)
        stack: list[tuple[list[str], tuple[int, int]]] = [([self.start], (self._work(self.start), 0))]
        while stack:
            path, score = stack.pop()
            if self._ends_in_success(path[-1]) and score > best_score:
                best, best_score = path, score
            for edge in self.edges(path[-1]):
                if not edge.error and edge.target not in path and edge.target in self._succeeding:
                    defaults = score[1] + (edge.condition == "otherwise")
                    stack.append(([*path, edge.target], (score[0] + self._work(edge.target), defaults)))
        return best

    def loops(self) -> list[list[str]]:
        """Return the groups of states that can repeat, each in the order of the definition."""
        reached = {name: self._reachable(name) for name in self.states}
        groups: list[list[str]] = []
        for name in self.states:
            group = [other for other in self.states if other in reached[name] and name in reached[other]]
            if group and group not in groups:
                groups.append(group)
        return groups

    @cached_property
    def _succeeding(self) -> frozenset[str]:
        found = {name for name in self.states if self._ends_in_success(name)}
        while grown := {
            name
            for name in self.states
            if name not in found and any(edge.target in found for edge in self.edges(name))
        }:
            found |= grown
        return frozenset(found)

    def _ends_in_success(self, name: str) -> bool:
        state = self.states[name]
        return state["Type"] == "Succeed" or bool(state.get("End"))

    def _work(self, name: str) -> int:
        return int(self.states[name]["Type"] in ("Task", "Map", "Parallel"))

    def _reachable(self, name: str) -> set[str]:
        found: set[str] = set()
        open_names = [name]
        while open_names:
            for edge in self.edges(open_names.pop()):
                if edge.target not in found:
                    found.add(edge.target)
                    open_names.append(edge.target)
        return found


def condition(rule: Mapping[str, Any]) -> str:
    """Return a choice rule in short words: `status = REJECTED`. Variables lose their path."""
    if "And" in rule:
        return " and ".join(condition(part) for part in rule["And"])
    if "Or" in rule:
        return " or ".join(condition(part) for part in rule["Or"])
    if "Not" in rule:
        return f"not ({condition(rule['Not'])})"
    variable = str(rule["Variable"]).rsplit(".", 1)[-1]
    if "IsPresent" in rule:
        return f"{variable} is {'present' if rule['IsPresent'] else 'absent'}"
    for operator, sign in _OPERATORS.items():
        if operator in rule:
            value = rule[operator]
            return f"{variable} {sign} {str(value).lower() if isinstance(value, bool) else value}"
    return variable
