"""Conditional functions and special forms: TRY, COALESCE, NULLIF, GREATEST, typed literals, typeof."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from localcloud.execution.athena.errors import unsupported
from localcloud.execution.athena.sql.interfaces import Expressions
from localcloud.execution.athena.sql.operators import temporal
from localcloud.execution.athena.sql.operators.access import decimal_literal, row_of
from localcloud.execution.athena.sql.operators.arithmetic import comparable, compare
from localcloud.execution.athena.sql.operators.casts import cast
from localcloud.execution.athena.sql.types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    REAL,
    UNKNOWN,
    VARCHAR,
    ZONED,
    Type,
)
from localcloud.execution.athena.sql.values import Value, literal, text, unify, without_nan


def _coalesce(values: list[Value]) -> Value | None:
    if len(values) < 2:
        return None
    found = unify(values, "arguments of COALESCE")
    return Value(f"coalesce({', '.join(value.sql for value in found)})", found[0].type)


def _nullif(values: list[Value]) -> Value | None:
    if len(values) != 2:
        return None
    if UNKNOWN in (values[0].type, values[1].type):
        return Value(values[0].sql, values[0].type)
    same = compare("=", *values).sql
    return Value(f"CASE WHEN {same} THEN NULL ELSE {values[0].sql} END", values[0].type)


def _extreme(function: str) -> Callable[[list[Value]], Value | None]:
    def compiled(values: list[Value]) -> Value | None:
        if not values:
            return None
        found = unify(values, f"arguments of {function}")
        kind = found[0].type
        if kind.name not in ("varchar", "date", "timestamp", "boolean", "unknown") and not kind.is_numeric:
            raise unsupported(f"{function} of {kind} values")
        parts = [comparable(value) for value in found]
        missing = " OR ".join(f"{part} IS NULL" for part in parts)
        if kind.is_floating:
            # Releases of Trino differ: it was an error, is ignored, or is the result.
            parts = [without_nan(part, kind, function) for part in parts]
        return Value(f"CASE WHEN {missing} THEN NULL ELSE {function}({', '.join(parts)}) END", kind)

    return compiled


def _typeof(values: list[Value]) -> Value | None:
    return Value(text(str(values[0].type)), VARCHAR) if len(values) == 1 else None


def _row(values: list[Value]) -> Value | None:
    return row_of(values) if values else None


def _at_timezone(values: list[Value]) -> Value | None:
    if len(values) != 2 or values[1].type.name != "varchar":
        return None
    moment, zone = values
    if moment.type.name == "timestamp":
        moment = cast(moment, Type(ZONED, moment.type.args))
    if moment.type.name != ZONED:
        return None
    return Value(temporal.zoned(f"({moment.sql}).t", f"checked_zone({zone.sql})"), moment.type)


FUNCTIONS: dict[str, Callable[[list[Value]], Value | None]] = {
    "coalesce": _coalesce, "nullif": _nullif, "greatest": _extreme("greatest"), "least": _extreme("least"),
    "typeof": _typeof, "row": _row, "at_timezone": _at_timezone,
}  # fmt: skip


def _try(expressions: Expressions, nodes: Sequence[exp.Expr]) -> Value | None:
    if len(nodes) != 1:
        return None
    if nodes[0].find(exp.Subquery, exp.Exists):
        raise unsupported("TRY of a subquery")
    value = expressions.compile(nodes[0])
    return Value(f"TRY({value.sql})", value.type)


def _grouping(expressions: Expressions, nodes: Sequence[exp.Expr]) -> Value | None:
    columns = expressions.compile_all(nodes)
    if not columns or len(columns) > 31:
        return None
    return Value(f"CAST(grouping({', '.join(column.sql for column in columns)}) AS INTEGER)", Type("integer"))


def _literal(kind: str) -> Callable[[Expressions, Sequence[exp.Expr]], Value | None]:
    def compiled(_: Expressions, nodes: Sequence[exp.Expr]) -> Value | None:
        body = nodes[0].name
        if kind == "DATE":
            return temporal.date_literal(body)
        if kind in ("TIMESTAMP", "TIMESTAMPTZ"):
            return temporal.timestamp_literal(body)
        if kind == "DECIMAL":
            return decimal_literal(body)
        return cast(literal(body), _LITERALS[kind])

    return compiled


_LITERALS = {
    "DOUBLE": DOUBLE, "FLOAT": REAL, "BIGINT": BIGINT, "INT": Type("integer"), "SMALLINT": Type("smallint"),
    "TINYINT": Type("tinyint"), "BOOLEAN": BOOLEAN,
}  # fmt: skip


def _now(expressions: Expressions, nodes: Sequence[exp.Expr]) -> Value | None:
    return None if nodes else expressions.compile(exp.CurrentTimestamp())


def _current_timezone(_: Expressions, nodes: Sequence[exp.Expr]) -> Value | None:
    return None if nodes else Value("'UTC'", VARCHAR)


FORMS: dict[str, Callable[[Expressions, Sequence[exp.Expr]], Value | None]] = {
    "try": _try, "grouping": _grouping, "now": _now, "current_timezone": _current_timezone,
    **{
        f"literal {kind.lower()}": _literal(kind)
        for kind in ("DATE", "TIMESTAMP", "TIMESTAMPTZ", "DECIMAL", *_LITERALS)
    },
}  # fmt: skip
