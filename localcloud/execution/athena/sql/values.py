"""Compiled expressions, and the conversions between their types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from localcloud.execution.athena.errors import QueryError, unsupported
from localcloud.execution.athena.sql.types import (
    DATE,
    DOUBLE,
    UNKNOWN,
    ZONED,
    Type,
    coercible,
    common,
    stored,
)

NOT_CONSTANT = object()

_OVER_REAL = "CAST('3.4028235677973366e38' AS DOUBLE)"
"""The least double that rounds to more than the largest real."""


@dataclass(frozen=True)
class Value:
    """DuckDB's SQL of an expression, its type, and its value if it is a literal."""

    sql: str
    type: Type
    constant: Any = NOT_CONSTANT

    @property
    def is_constant(self) -> bool:
        return self.constant is not NOT_CONSTANT


def text(value: str) -> str:
    """Return a string as SQL."""
    return "'" + value.replace("'", "''") + "'"


def null(kind: Type = UNKNOWN) -> Value:
    """Return the null of a type."""
    return Value(f"CAST(NULL AS {stored(kind)})", kind)


def literal(value: str) -> Value:
    """Return a string literal."""
    return Value(text(value), Type("varchar", (len(value),)), value)


def fail(code: str, message: str, kind: str = "INTEGER") -> str:
    """Return SQL that fails when it is evaluated, in place of a value that DuckDB stores as `kind`.

    A cast of text that is no number fails, and unlike DuckDB's `error()` may stand within TRY.
    """
    failing = f"CAST({text(f'!{code}: {message}')} AS INTEGER)"
    return failing if kind == "INTEGER" else f"CAST(CAST({failing} AS VARCHAR) AS {kind})"


def coerce(value: Value, target: Type) -> Value:
    """Return the value as another type to which Athena coerces it. Raises QueryError if it does not."""
    source = value.type
    if source == target:
        return value
    if not coercible(source, target):
        raise QueryError("TYPE_MISMATCH", f"{source} is not coercible to {target}")
    return Value(_convert(value.sql, source, target), target, value.constant)


def _convert(sql: str, source: Type, target: Type) -> str:
    if source.name == target.name == "varchar" or source.name == target.name in ("timestamp", ZONED):
        return sql
    if target.name == ZONED and source != UNKNOWN:
        return f"zoned_of(CAST({sql} AS TIMESTAMP), 'UTC')"
    if target.items and any(item.name == ZONED for item in target.items) and source != target:
        raise unsupported(f"coercion from {source} to {target}")
    if target.name == "varchar" and source == DATE:
        raise QueryError("TYPE_MISMATCH", f"{source} is not coercible to {target}")
    if target.name == "real" and source.name == "decimal":
        raise unsupported(f"coercion from {source} to {target}")
    if target == DOUBLE and source.name == "decimal":
        return (
            f"CAST({decimal_text(sql, source)} AS DOUBLE)"  # DuckDB's own cast may miss the nearest double.
        )
    return f"CAST({sql} AS {stored(target)})"


def decimal_text(sql: str, kind: Type) -> str:
    """Return SQL of a decimal as text. Where no digit can stand before the point, DuckDB writes none."""
    written = f"CAST({sql} AS VARCHAR)"
    precision, scale = kind.args
    return written if precision > scale else f"regexp_replace({written}, '^(-?)\\.', '\\10.')"


def unify(values: list[Value], what: str) -> list[Value]:
    """Return all values in their common type. Raises QueryError if they have none."""
    kind = values[0].type
    for value in values[1:]:
        found = common(kind, value.type)
        if found is None:
            raise QueryError("TYPE_MISMATCH", f"{what} need a common type: {kind}, {value.type}")
        kind = found
    return [coerce(value, kind) for value in values]


def real_of(sql: str) -> str:
    """Return SQL of a double as a real; what is too large becomes infinite."""
    infinite = f"CAST(CASE WHEN {sql} > 0 THEN 'Infinity' ELSE '-Infinity' END AS FLOAT)"
    is_over = f"isfinite({sql}) AND abs({sql}) >= {_OVER_REAL}"
    return f"CASE WHEN {is_over} THEN {infinite} ELSE CAST({sql} AS FLOAT) END"


def without_nan(sql: str, kind: Type, where: str) -> str:
    """Return SQL of a floating number that refuses NaN when it meets one: its place differs there."""
    message = fail("NOT_SUPPORTED", f"NaN in {where} is not supported locally", stored(kind))
    return f"CASE WHEN isnan({sql}) THEN {message} ELSE {sql} END"


def integer_constant(value: Value, what: str) -> int:
    """Return the integer of a literal. Raises QueryError if the value is none."""
    if not isinstance(value.constant, int) or isinstance(value.constant, bool):
        raise unsupported(f"{what} that is not an integer literal")
    return value.constant


def string_constant(value: Value, what: str) -> str:
    """Return the text of a literal. Raises QueryError if the value is none."""
    if not isinstance(value.constant, str) or value.type.name != "varchar":
        raise unsupported(f"{what} that is not a string literal")
    return value.constant
