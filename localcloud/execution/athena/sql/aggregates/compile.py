"""Aggregates and window functions, with FILTER, DISTINCT, ORDER BY, and OVER."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from localcloud.execution.athena.errors import QueryError, unsupported
from localcloud.execution.athena.sql.aggregates.calls import Call
from localcloud.execution.athena.sql.aggregates.results import AGGREGATES
from localcloud.execution.athena.sql.aggregates.windows import RANKING, SHIFTING, WINDOWS
from localcloud.execution.athena.sql.interfaces import Expressions
from localcloud.execution.athena.sql.operators import arithmetic as operators
from localcloud.execution.athena.sql.values import Value, without_nan


def order_by(item: exp.Expr, value: Value) -> str:
    """Return an item of ORDER BY; nulls are last unless the query says first, ascending or not."""
    if not isinstance(item, exp.Ordered):
        raise unsupported(f"ORDER BY {item.key.upper()}")
    for name, part in item.args.items():
        if part and name not in ("this", "desc", "nulls_first"):
            raise unsupported(f"ORDER BY with {name}")
    direction = "DESC" if item.args.get("desc") else "ASC"
    nulls = "FIRST" if item.args.get("nulls_first") else "LAST"
    key = operators.comparable(value)
    if value.type.is_floating and nulls == "FIRST":
        key = without_nan(key, value.type, "ORDER BY … NULLS FIRST")
    return f"{key} {direction} NULLS {nulls}"


class Aggregates:
    """Compiles calls of aggregates and window functions."""

    def compile(self, expressions: Expressions, node: exp.Expr) -> Value:
        """Return the compiled call with its FILTER, IGNORE NULLS and OVER clauses."""
        window: exp.Window | None = None
        condition: exp.Expr | None = None
        nulls = ""
        while not isinstance(node, exp.Anonymous | exp.GroupConcat):
            if isinstance(node, exp.Window):
                window, node = node, node.this
            elif isinstance(node, exp.Filter):
                condition, node = node.expression.this, node.this
            elif isinstance(node, exp.IgnoreNulls | exp.RespectNulls):
                nulls, node = " IGNORE NULLS" if isinstance(node, exp.IgnoreNulls) else "", node.this
            else:
                raise unsupported(f"OVER or FILTER of {node.key.upper()}")
        tail = f" FILTER (WHERE {expressions.condition(condition)})" if condition else ""
        call = self._call(expressions, node)
        if window is not None:
            tail += f" OVER ({_window(expressions, window, call.name)})"
        call = replace(call, nulls=nulls, tail=tail, windowed=window is not None)
        if nulls and call.name not in WINDOWS:
            raise unsupported(f"IGNORE NULLS of {call.name}")
        return finish(call)

    def plain(self, expressions: Expressions, name: str, arguments: Sequence[exp.Expr]) -> Value:
        """Return a compiled call without further clauses."""
        return finish(self._arguments(expressions, name, arguments))

    def _call(self, expressions: Expressions, node: exp.Expr) -> Call:
        if isinstance(node, exp.Anonymous):
            return self._arguments(expressions, str(node.this).lower(), node.expressions)
        return self._listagg(expressions, node)

    @staticmethod
    def _listagg(expressions: Expressions, node: exp.Expr) -> Call:
        order = node.this
        separator = node.args.get("separator")
        if not isinstance(order, exp.Order) or node.args.get("on_overflow"):
            raise unsupported("LISTAGG without WITHIN GROUP, or with ON OVERFLOW")
        value, distinct = order.this, isinstance(order.this, exp.Distinct)
        items = [order_by(item, expressions.compile(item.this)) for item in order.expressions]
        parts = [value.expressions[0] if distinct else value, *([separator] if separator else [])]
        return Call(
            "listagg", tuple(expressions.compile_all(parts)), distinct, f"ORDER BY {', '.join(items)}"
        )

    @staticmethod
    def _arguments(expressions: Expressions, name: str, nodes: Sequence[exp.Expr]) -> Call:
        distinct, order, found = False, "", []
        for node in nodes:
            inner = node
            if isinstance(inner, exp.Order):
                items = [order_by(item, expressions.compile(item.this)) for item in inner.expressions]
                order, inner = f"ORDER BY {', '.join(items)}", inner.this
            if isinstance(inner, exp.Distinct):
                distinct = True
                found += expressions.compile_all(inner.expressions)
            elif not isinstance(inner, exp.Star):
                found.append(expressions.compile(inner))
        return Call(name, tuple(found), distinct, order)


def finish(call: Call) -> Value:
    """Return the result of a call. Raises QueryError for functions that are not supported."""
    if call.name in AGGREGATES:
        if call.order and call.name not in ("array_agg", "listagg"):
            raise unsupported(f"ORDER BY within {call.name}")
        return AGGREGATES[call.name](call)
    if call.name in WINDOWS:
        if not call.windowed or call.distinct or call.order:
            raise QueryError("MISSING_OVER", f"Window function {call.name} requires an OVER clause")
        return WINDOWS[call.name](call)
    raise unsupported(f"aggregate or window function {call.name}")


def _window(expressions: Expressions, node: exp.Window, function: str) -> str:
    for name, part in node.args.items():
        if part and name not in ("this", "partition_by", "order", "spec", "alias", "over"):
            raise unsupported(f"OVER with {name}")
    base = node.args.get("alias")
    partition, order = node.args.get("partition_by") or [], node.args.get("order")
    if base:
        named = expressions.windows.get(base.name.lower())
        if named is None:
            raise QueryError("INVALID_WINDOW_REFERENCE", f"Cannot resolve WINDOW name {base.name}")
        partition, order = partition or named.args.get("partition_by") or [], order or named.args.get("order")
        node = node if node.args.get("spec") else named
    _check_window(function, has_order=bool(order), has_frame=bool(node.args.get("spec")))
    parts = []
    if partition:
        keys = ", ".join(operators.comparable(value) for value in expressions.compile_all(partition))
        parts.append(f"PARTITION BY {keys}")
    if order:
        items = [order_by(item, expressions.compile(item.this)) for item in order.expressions]
        parts.append(f"ORDER BY {', '.join(items)}")
    if node.args.get("spec"):
        parts.append(_frame(expressions, node.args["spec"]))
    return " ".join(parts)


def _check_window(function: str, *, has_order: bool, has_frame: bool) -> None:
    """Raise QueryError for a frame, or a missing order, that a window function does not take."""
    if function in SHIFTING and not has_order:
        raise QueryError("MISSING_ORDER_BY", f"{function} function requires an ORDER BY window clause")
    if has_frame and function in RANKING | SHIFTING:
        raise QueryError("INVALID_WINDOW_FRAME", f"Cannot specify window frame for {function} function")


def _frame(expressions: Expressions, spec: exp.Expr) -> str:
    if spec.args.get("exclude"):
        raise unsupported("a frame with EXCLUDE")

    def bound(side: str) -> str:
        value, word = spec.args.get(side), str(spec.args.get(f"{side}_side") or "")
        if isinstance(value, exp.Expr):
            compiled = expressions.compile(value)
            if compiled.type.is_interval:
                raise unsupported("RANGE with an interval")
            return f"{compiled.sql} {word}".strip()
        return f"{value or 'CURRENT ROW'} {word}".strip()

    end = bound("end") if spec.args.get("end") else "CURRENT ROW"
    return f"{spec.args['kind']} BETWEEN {bound('start')} AND {end}"


NAMES = frozenset(AGGREGATES) | frozenset(WINDOWS)
