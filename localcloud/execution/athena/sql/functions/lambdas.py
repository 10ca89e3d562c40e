"""Functions that take lambdas: their bodies are compiled with the types of the elements."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from sqlglot import exp

from localcloud.execution.athena.errors import QueryError
from localcloud.execution.athena.sql.interfaces import Expressions
from localcloud.execution.athena.sql.types import BOOLEAN, UNKNOWN, Type, array, common, map_of, stored
from localcloud.execution.athena.sql.values import Value, coerce


def function_of(expressions: Expressions, node: exp.Expr, kinds: Sequence[Type]) -> tuple[list[str], Value]:
    """Return the parameters' names in SQL and the compiled body of a lambda with parameters of `kinds`."""
    if not isinstance(node, exp.Lambda) or len(node.expressions) != len(kinds):
        raise QueryError("TYPE_MISMATCH", f"Expected a lambda with {len(kinds)} arguments")
    names = [expressions.queries.fresh() for _ in kinds]
    parameters = {
        part.name.lower(): Value(name, kind)
        for part, name, kind in zip(node.expressions, names, kinds, strict=True)
    }
    return names, expressions.within(expressions.scope.with_parameters(parameters)).compile(node.this)


def _listed(expressions: Expressions, nodes: Sequence[exp.Expr], count: int) -> Value | None:
    if len(nodes) != count:
        return None
    value = expressions.compile(nodes[0])
    return value if value.type.name == "array" else None


def _transform(expressions: Expressions, nodes: Sequence[exp.Expr]) -> Value | None:
    listed = _listed(expressions, nodes, 2)
    if listed is None:
        return None
    (name,), body = function_of(expressions, nodes[1], [listed.type.element])
    return Value(f"list_transform({listed.sql}, lambda {name}: {body.sql})", array(body.type))


def _filter(expressions: Expressions, nodes: Sequence[exp.Expr]) -> Value | None:
    listed = _listed(expressions, nodes, 2)
    if listed is None:
        return None
    (name,), body = function_of(expressions, nodes[1], [listed.type.element])
    if body.type not in (BOOLEAN, UNKNOWN):
        return None
    return Value(f"list_filter({listed.sql}, lambda {name}: {coerce(body, BOOLEAN).sql})", listed.type)


def _match(result: str) -> Callable[[Expressions, Sequence[exp.Expr]], Value | None]:
    """Return any_match, all_match or none_match; a null answer is unknown unless another decides."""

    def compiled(expressions: Expressions, nodes: Sequence[exp.Expr]) -> Value | None:
        listed = _listed(expressions, nodes, 2)
        if listed is None:
            return None
        (name,), body = function_of(expressions, nodes[1], [listed.type.element])
        answers = f"list_transform({listed.sql}, lambda {name}: {coerce(body, BOOLEAN).sql})"
        deciding = "false" if result == "all" else "true"
        decided, otherwise = ("true", "false") if result == "any" else ("false", "true")
        found = f"list_contains({answers}, {deciding})"
        return Value(
            f"CASE WHEN {listed.sql} IS NULL THEN NULL WHEN {found} THEN {decided}"
            f" WHEN len(list_filter({answers}, lambda x: x IS NULL)) > 0 THEN NULL ELSE {otherwise} END",
            BOOLEAN,
        )

    return compiled


def _reduce(expressions: Expressions, nodes: Sequence[exp.Expr]) -> Value | None:
    listed = _listed(expressions, nodes, 4)
    if listed is None:
        return None
    start = expressions.compile(nodes[1])
    (state, item), step = function_of(expressions, nodes[2], [start.type, listed.type.element])
    kind = common(start.type, step.type)
    if kind != start.type:
        return None
    (last,), final = function_of(expressions, nodes[3], [start.type])
    # DuckDB's list_reduce has one type for state and elements: a row holds both.
    pair = f"{{s: {start.sql}, x: CAST(NULL AS {stored(listed.type.element)})}}"
    items = f"list_transform({listed.sql}, lambda x: {{s: CAST(NULL AS {stored(kind)}), x: x}})"
    body = coerce(step, kind).sql
    inner = _replace_names(body, {state: "a.s", item: "b.x"})
    blank = f"CAST(NULL AS {stored(listed.type.element)})"
    folded = f"list_reduce(list_concat([{pair}], {items}), lambda a, b: {{s: {inner}, x: {blank}}}).s"
    result = _replace_names(final.sql, {last: folded})
    return Value(f"CASE WHEN {listed.sql} IS NULL THEN NULL ELSE {result} END", final.type)


def _replace_names(sql: str, names: dict[str, str]) -> str:
    return re.sub(r"\bq\d+\b", lambda match: names.get(match[0], match[0]), sql)


def _zip_with(expressions: Expressions, nodes: Sequence[exp.Expr]) -> Value | None:
    if len(nodes) != 3:
        return None
    a, b = expressions.compile(nodes[0]), expressions.compile(nodes[1])
    if a.type.name != "array" or b.type.name != "array":
        return None
    (x, y), body = function_of(expressions, nodes[2], [a.type.element, b.type.element])
    index = expressions.queries.fresh()
    inner = _replace_names(body.sql, {x: f"({a.sql})[{index}]", y: f"({b.sql})[{index}]"})
    size = f"greatest(len({a.sql}), len({b.sql}))"
    made = f"list_transform(range(1, {size} + 1), lambda {index}: {inner})"
    return Value(f"CASE WHEN {a.sql} IS NULL OR {b.sql} IS NULL THEN NULL ELSE {made} END", array(body.type))


def _with_lambda(
    expressions: Expressions, nodes: Sequence[exp.Expr]
) -> tuple[Value, list[str], Value] | None:
    if len(nodes) != 2:
        return None
    value = expressions.compile(nodes[0])
    if value.type.name != "map":
        return None
    names, body = function_of(expressions, nodes[1], value.type.items)
    return value, names, body


def _entry_names(body: str, names: list[str], entry: str) -> str:
    """Return a lambda's body in which the parameters are the key and the value of an entry."""
    for name, part in zip(names, ("key", "value"), strict=True):
        body = re.sub(rf"\b{name}\b", f"{entry}.{part}", body)
    return body


def _map_filter(expressions: Expressions, nodes: Sequence[exp.Expr]) -> Value | None:
    found = _with_lambda(expressions, nodes)
    if found is None:
        return None
    value, names, body = found
    entry = expressions.queries.fresh()
    test = _entry_names(coerce(body, BOOLEAN).sql, names, entry)
    sql = f"map_from_entries(list_filter(map_entries({value.sql}), lambda {entry}: {test}))"
    return Value(f"CASE WHEN {value.sql} IS NULL THEN NULL ELSE {sql} END", value.type)


def _transform_values(expressions: Expressions, nodes: Sequence[exp.Expr]) -> Value | None:
    found = _with_lambda(expressions, nodes)
    if found is None:
        return None
    value, names, body = found
    entry = expressions.queries.fresh()
    made = _entry_names(body.sql, names, entry)
    items = f"list_transform(map_entries({value.sql}), lambda {entry}: {made})"
    kind = map_of(value.type.items[0], body.type)
    return Value(
        f"CASE WHEN {value.sql} IS NULL THEN NULL ELSE map(map_keys({value.sql}), {items}) END", kind
    )


FORMS: dict[str, Callable[[Expressions, Sequence[exp.Expr]], Value | None]] = {
    "transform": _transform, "filter": _filter, "any_match": _match("any"), "all_match": _match("all"),
    "none_match": _match("none"), "reduce": _reduce, "zip_with": _zip_with,
    "map_filter": _map_filter, "transform_values": _transform_values,
}  # fmt: skip
