"""Mermaid diagrams and tables of a state machine, read from its definition in Amazon States Language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from lake.documentation.pages import mermaid, table
from lake.documentation.state_graph import Graph

_SHAPES = {
    "Task": ("(", ")"),
    "Choice": ("{{", "}}"),
    "Wait": ("([", "])"),
    "Map": ("[[", "]]"),
    "Parallel": ("[[", "]]"),
    "Succeed": ("(((", ")))"),
    "Fail": ("(((", ")))"),
}
_COLOURS = (
    "classDef happy fill:#d7f0dd,stroke:#1b7f3b,stroke-width:2px,color:#0b3d1c",
    "classDef failing fill:#fbe3e0,stroke:#b3382c,color:#5c1b14",
)


_SHOWN = 3
"""Alternative conditions of one arrow that are written out."""


@dataclass(frozen=True)
class Drawing:
    """One diagram: a heading and its Markdown blocks."""

    title: str
    blocks: tuple[str, ...]


def drawings(definition: Mapping[str, Any], title: str) -> list[Drawing]:
    """Return the diagrams of a definition: its main path, its failure path, then each Map's own states.

    `title` is that of the main path.
    """
    graph = Graph(definition)
    found = [
        Drawing(title, (_main(graph),)),
        Drawing("When a step fails", tuple(_failures(graph))),
    ]
    for name, inner in _nested(definition):
        nested = Graph(inner)
        found.append(Drawing(f"Inside {name}, for each item", (_whole(nested),)))
    return found


def _main(graph: Graph) -> str:
    """Draw every state that can still succeed, and the failures that a choice leads to."""
    names = [name for name in graph.states if not graph.is_failing(name)]
    entered = [
        edge.target
        for name in names
        for edge in graph.edges(name)
        if graph.is_failing(edge.target) and not edge.is_catch_all
    ]
    return _diagram(graph, [*names, *dict.fromkeys(entered)])


def _whole(graph: Graph) -> str:
    return _diagram(graph, list(graph.states), with_failures=True)


def _diagram(graph: Graph, names: Sequence[str], *, with_failures: bool = False) -> str:
    """Draw the states `names`. Without `with_failures` the transitions of unexpected errors are left out."""
    happy = graph.happy_path()
    lines = [*_nodes(graph, names), *_arrows(graph, names, happy, with_failures)]
    return mermaid("flowchart TD", [*lines, *_classes(graph, names, happy)])


def _nodes(graph: Graph, names: Sequence[str]) -> Iterator[str]:
    grouped: set[str] = set()
    for loop in graph.loops():
        members = [name for name in loop if name in names]
        if not members:
            continue
        grouped.update(members)
        yield f'subgraph loop_{members[0]} ["wait and repeat"]'
        yield from (f"    {_node(graph, name)}" for name in members)
        yield "end"
    yield from (_node(graph, name) for name in names if name not in grouped)


def _arrows(graph: Graph, names: Sequence[str], happy: Sequence[str], with_failures: bool) -> Iterator[str]:
    main = set(pairwise(happy))
    for name in names:
        labels: dict[tuple[str, str], list[str]] = {}
        for edge in graph.edges(name):
            unforeseen = edge.is_catch_all and graph.is_failing(edge.target) and not graph.is_failing(name)
            if edge.target in names and (with_failures or not unforeseen):
                line = "-.->" if edge.error else "==>" if (name, edge.target) in main else "-->"
                labels.setdefault((line, edge.target), []).append(edge.error or edge.condition)
        for (line, target), found in labels.items():
            yield f"{_id(name)} {line}{_label(found)} {_id(target)}"


def _node(graph: Graph, name: str) -> str:
    left, right = _SHAPES.get(graph.states[name]["Type"], ("[", "]"))
    return f'{_id(name)}{left}"{name}"{right}'


def _label(alternatives: Sequence[str]) -> str:
    shown = [_escaped(text) for text in alternatives[:_SHOWN] if text]
    if len(alternatives) > _SHOWN:
        shown.append(f"… {len(alternatives) - _SHOWN} more")
    return f'|"{"<br/>".join(shown)}"|' if shown else ""


def _classes(graph: Graph, names: Sequence[str], happy: Sequence[str]) -> Iterator[str]:
    yield from _COLOURS
    failing = [name for name in names if graph.is_failing(name)]
    for kind, members in (("happy", [name for name in happy if name in names]), ("failing", failing)):
        if members:
            yield f"class {','.join(map(_id, members))} {kind}"


def _failures(graph: Graph) -> Iterator[str]:
    """Draw the states after a failure was named, and list which step enters them where."""
    named = [name for name in graph.states if graph.is_failing(name) and not graph.names_failure(name)]
    yield _diagram(graph, named)
    yield table(
        ("step", "retried", "errors with a path of their own", "any other error"),
        (_caught(graph, name) for name in graph.states if graph.states[name].get("Catch")),
    )


def _caught(graph: Graph, name: str) -> tuple[str, str, str, str]:
    edges = [edge for edge in graph.edges(name) if edge.error]
    own = ", ".join(f"{edge.error} → `{edge.target}`" for edge in edges if not edge.is_catch_all)
    other = ", ".join(f"`{graph.after_naming(edge.target)}`" for edge in edges if edge.is_catch_all)
    attempts = [str(each["MaxAttempts"]) for each in graph.states[name].get("Retry", ())]
    return f"`{name}`", " or ".join(attempts) + " times" if attempts else "no", own, other


def _nested(definition: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, state in definition["States"].items():
        inner = [state[key] for key in ("ItemProcessor", "Iterator") if key in state]
        for each in (*inner, *state.get("Branches", ())):
            yield name, each
            yield from _nested(each)


def _id(name: str) -> str:
    # `end` is a reserved word of Mermaid.
    return f"s_{name}"


def _escaped(text: str) -> str:
    return text.replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
