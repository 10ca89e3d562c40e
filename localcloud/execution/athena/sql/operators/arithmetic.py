"""Arithmetic and comparisons, with Trino's types, rounding, overflow and NaN."""

from __future__ import annotations

from localcloud.execution.athena.errors import QueryError, unsupported
from localcloud.execution.athena.sql.operators.temporal import add_interval, subtract_times
from localcloud.execution.athena.sql.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    MAX_PRECISION,
    UNKNOWN,
    ZONED,
    Type,
    array,
    as_decimal,
    common,
    decimal,
    stored,
)
from localcloud.execution.athena.sql.values import Value, coerce, null


def arithmetic(symbol: str, left: Value, right: Value) -> Value:
    """Return `left symbol right` for + - * / %. Raises QueryError for types without the operator."""
    if left.type == UNKNOWN or right.type == UNKNOWN:
        known = right.type if left.type == UNKNOWN else left.type
        # A number and an interval may also be multiplied, so that Trino cannot tell which null this is.
        with_interval = {"*": (BIGINT, DOUBLE), "/": (DOUBLE,) if left.type == UNKNOWN else ()}
        if known in with_interval.get(symbol, ()):
            raise _ambiguous(symbol, left, right)
        if known.is_numeric and known.name != "decimal":
            return null(known)
        raise unsupported(f"{left.type} {symbol} {right.type}")
    if left.type.is_numeric and right.type.is_numeric:
        kind = common(left.type, right.type)
        assert kind
        if kind.name == "decimal":
            return _decimal_arithmetic(symbol, left, right)
        a, b = coerce(left, kind).sql, coerce(right, kind).sql
        if kind.is_floating:
            return Value(f"CAST(({a} {symbol} {b}) AS {stored(kind)})", kind)
        return Value(f"({a} {'//' if symbol == '/' else symbol} {b})", kind)
    found = _time_arithmetic(symbol, left, right)
    if found is None:
        raise QueryError("TYPE_MISMATCH", f"Cannot apply operator: {left.type} {symbol} {right.type}")
    return found


def _ambiguous(symbol: str, left: Value, right: Value) -> QueryError:
    message = f"Could not choose a best candidate operator: {left.type} {symbol} {right.type}"
    return QueryError("AMBIGUOUS_FUNCTION_CALL", message)


def _time_arithmetic(symbol: str, left: Value, right: Value) -> Value | None:
    a, b = left.type, right.type
    if a.is_interval and b == a and symbol in "+-":
        return Value(f"({left.sql} {symbol} {right.sql})", a)
    if a.is_interval and b.is_numeric and symbol in "*/":
        return _scaled_interval(symbol, left, right)
    if b.is_interval and a.is_numeric and symbol == "*":
        return _scaled_interval(symbol, right, left)
    if b.is_interval and symbol in "+-":
        return add_interval(left, right, symbol)
    if a.is_interval and symbol == "+":
        return add_interval(right, left, symbol)
    return subtract_times(left, right) if symbol == "-" else None


def _scaled_interval(symbol: str, interval: Value, factor: Value) -> Value:
    if not factor.type.is_integer:
        raise unsupported(f"{interval.type} {symbol} {factor.type}")
    operator = "*" if symbol == "*" else "//"
    return Value(f"({interval.sql} {operator} {coerce(factor, BIGINT).sql})", interval.type)


def _decimal_arithmetic(symbol: str, left: Value, right: Value) -> Value:
    x, y = as_decimal(left.type), as_decimal(right.type)
    assert x is not None
    assert y is not None
    (p1, s1), (p2, s2) = x.args, y.args
    a, b = coerce(left, x).sql, coerce(right, y).sql
    if symbol in "+-":
        scale = max(s1, s2)
        kind = decimal(max(p1 - s1, p2 - s2) + scale + 1, scale)
        wide = stored(kind)
        return Value(f"CAST((CAST({a} AS {wide}) {symbol} CAST({b} AS {wide})) AS {wide})", kind)
    if symbol == "*":
        if s1 + s2 > MAX_PRECISION:
            raise QueryError(
                "INVALID_FUNCTION_ARGUMENT", f"DECIMAL scale must be in range [0, 38]: {s1 + s2}"
            )
        kind = decimal(p1 + p2, s1 + s2)
        return Value(f"CAST(({a} * {b}) AS {stored(kind)})", kind)
    scale = max(s1, s2)
    if symbol == "%":
        kind = decimal(min(p1 - s1, p2 - s2) + scale, scale)
        rest = f"({unscaled(a, p1, s1, scale)} % {unscaled(b, p2, s2, scale)})"
        return Value(scaled(rest, kind), kind)
    kind = decimal(p1 + s2 + max(0, s2 - s1), scale)
    quotient = f"divide_half_up({unscaled(a, p1, s1, scale + s2)}, {unscaled(b, p2, s2, s2)})"
    return Value(scaled(quotient, kind), kind)


def unscaled(sql: str, precision: int, scale: int, target: int) -> str:
    """Return a decimal times 10^target as a whole number of 128 bits."""
    if target == 0:
        return f"CAST({sql} AS HUGEINT)"
    # The value keeps its scale while it is multiplied, so that no digit is lost.
    width = min(MAX_PRECISION, precision - scale + target + scale)
    wide = f"CAST({sql} AS DECIMAL({max(width, scale + 1)}, {scale}))"
    return f"CAST(({wide} * CAST(1{'0' * target} AS DECIMAL({target + 1}, 0))) AS HUGEINT)"


def scaled(sql: str, kind: Type) -> str:
    """Return a whole number of 128 bits divided by 10^scale, as the decimal `kind`."""
    precision, scale = kind.args
    if scale == 0:
        return f"CAST({sql} AS DECIMAL({precision}, 0))"
    unit = f"CAST('0.{'0' * (scale - 1)}1' AS DECIMAL({scale}, {scale}))"
    return f"CAST((CAST({sql} AS DECIMAL(38, 0)) * {unit}) AS DECIMAL({precision}, {scale}))"


def negate(value: Value) -> Value:
    """Return `-value`."""
    if isinstance(value.constant, int) and value.type.is_integer:
        kind = INTEGER if value.constant == 2**31 else value.type  # the literal of the smallest integer
        return Value(f"CAST({-value.constant} AS {stored(kind)})", kind, -value.constant)
    if value.type.is_numeric or value.type.is_interval:
        return Value(f"(-{value.sql})", value.type)
    raise QueryError("TYPE_MISMATCH", f"Cannot negate {value.type}")


_ORDERED = ("boolean", "varchar", "varbinary", "date", "timestamp", "uuid")


def comparable(value: Value) -> str:
    """Return SQL by which values of the type are ordered and compared. Raises QueryError for other types."""
    kind = value.type
    if kind.name == ZONED:
        return f"({value.sql}).t"
    if kind.is_numeric or kind.is_interval or kind.name in _ORDERED or kind == UNKNOWN:
        return value.sql
    raise unsupported(f"comparison of {kind} values")


def compare(symbol: str, left: Value, right: Value) -> Value:
    """Return a comparison: = <> < <= > >= or IS [NOT] DISTINCT FROM."""
    kind = common(left.type, right.type)
    if kind is None:
        raise QueryError("TYPE_MISMATCH", f"Cannot apply operator: {left.type} {symbol} {right.type}")
    a, b = comparable(coerce(left, kind)), comparable(coerce(right, kind))
    sql = f"({a} {symbol} {b})"
    if kind.is_floating and symbol in ("=", "<>", ">", ">=", "<", "<="):
        sql = _of_floats(sql, symbol, [(a, left), (b, right)])
    return Value(sql, BOOLEAN)


def _of_floats(sql: str, symbol: str, sides: list[tuple[str, Value]]) -> str:
    """Return a comparison in which NaN equals nothing, as to Trino.

    To DuckDB it equals itself and is the largest number.
    """
    numbers = [x for x, value in sides if not value.is_constant]
    word = "OR" if symbol == "<>" else "AND NOT"
    if len(numbers) < 2:
        return f"({' '.join([sql, *(f'{word} isnan({x})' for x in numbers)])})"
    # Compared with null, NaN gives null as well.
    (a, _), (b, _) = sides
    met = f"(isnan({a}) AND {b} IS NOT NULL) OR (isnan({b}) AND {a} IS NOT NULL)"
    return f"(CASE WHEN {met} THEN {'true' if symbol == '<>' else 'false'} ELSE {sql} END)"


def concatenate(left: Value, right: Value) -> Value:
    """Return `left || right` of strings, binaries or arrays."""
    if left.type.name == "array" or right.type.name == "array":
        return _concatenate_arrays(left, right)
    if UNKNOWN in (left.type, right.type) and left.type != right.type:
        if Type("varchar") in (left.type, right.type) or "varbinary" in (left.type.name, right.type.name):
            raise _ambiguous("||", left, right)
        return null(array(right.type if left.type == UNKNOWN else left.type))  # as Trino resolves it
    kind = common(left.type, right.type)
    if kind is None or kind.name not in ("varchar", "varbinary"):
        raise QueryError("TYPE_MISMATCH", f"Cannot apply operator: {left.type} || {right.type}")
    return Value(f"({coerce(left, kind).sql} || {coerce(right, kind).sql})", Type(kind.name))


def _concatenate_arrays(left: Value, right: Value) -> Value:
    if left.type.name == right.type.name:
        kind = common(left.type, right.type)
        if kind is None:
            raise QueryError("TYPE_MISMATCH", f"Cannot concatenate {left.type} and {right.type}")
        a, b = coerce(left, kind).sql, coerce(right, kind).sql
        return Value(f"CASE WHEN {a} IS NULL OR {b} IS NULL THEN NULL ELSE list_concat({a}, {b}) END", kind)
    raise unsupported("concatenation of an array and an element")


def date_of_days(sql: str) -> Value:
    """Return the date that lies a number of days after 1970-01-01."""
    return Value(f"(DATE '1970-01-01' + CAST({sql} AS INTEGER))", DATE)


def connect(symbol: str, left: str, right: str) -> Value:
    """Return `left AND right` or `left OR right` of two conditions."""
    both = f"({left} {symbol} {right})"
    if any(mark in right for mark in (" // ", " % ", "'!")):
        # It may fail, so that it is evaluated only where the left side does not decide.
        decided, result = (f"NOT {left}", "false") if symbol == "AND" else (left, "true")
        both = f"CASE WHEN {decided} THEN {result} ELSE {both} END"
    return Value(both, BOOLEAN)
