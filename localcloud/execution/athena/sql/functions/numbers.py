"""Mathematical functions."""

from __future__ import annotations

from collections.abc import Callable

from localcloud.execution.athena.sql.functions.templates import Templates
from localcloud.execution.athena.sql.operators.arithmetic import arithmetic
from localcloud.execution.athena.sql.types import (
    DOUBLE,
    INTEGER,
    UNKNOWN,
    Type,
    as_decimal,
    coercible,
    decimal,
    stored,
)
from localcloud.execution.athena.sql.values import Value, coerce, fail

_INTEGERS = ("tinyint", "smallint", "integer", "bigint")


def _same(template: str) -> tuple[tuple[str, str, str], ...]:
    return tuple((kind, kind, template) for kind in (*_INTEGERS, "real", "double"))


def _shift(template: str, bits: dict[str, int]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (f"{kind},integer", kind, template.replace("BITS", str(size))) for kind, size in bits.items()
    )


_NEGATIVE_ROOT = "CASE WHEN {0} < 0 THEN CAST('NaN' AS DOUBLE) ELSE sqrt({0}) END"


def _logarithm(function: str, value: str = "{0}") -> str:
    return (
        f"CASE WHEN {value} < 0 THEN CAST('NaN' AS DOUBLE) WHEN {value} = 0 THEN CAST('-Infinity' AS DOUBLE)"
        f" ELSE {function}({value}) END"
    )


_BASE = fail("INVALID_FUNCTION_ARGUMENT", "Radix must be between 2 and 36", "VARCHAR")

TEMPLATES: Templates = {
    "sqrt": (("double", "double", _NEGATIVE_ROOT),),
    "exp": (("double", "double", "exp({0})"),),
    "ln": (("double", "double", _logarithm("ln")),),
    "log2": (("double", "double", f"({_logarithm('ln')} / ln(CAST(2 AS DOUBLE)))"),),
    "power": (("double,double", "double", "pow({0}, {1})"),),
    "pow": (("double,double", "double", "pow({0}, {1})"),),
    "pi": (("", "double", "pi()"),),
    "e": (("", "double", "exp(CAST(1 AS DOUBLE))"),),
    "degrees": (("double", "double", "degrees({0})"),),
    "radians": (("double", "double", "radians({0})"),),
    "is_nan": (("real", "boolean", "isnan({0})"), ("double", "boolean", "isnan({0})")),
    "is_finite": (("double", "boolean", "isfinite({0})"),),
    "is_infinite": (("double", "boolean", "isinf({0})"),),
    "nan": (("", "double", "CAST('NaN' AS DOUBLE)"),),
    "infinity": (("", "double", "CAST('Infinity' AS DOUBLE)"),),
    "bitwise_and": (("bigint,bigint", "bigint", "({0} & {1})"),),
    "bitwise_or": (("bigint,bigint", "bigint", "({0} | {1})"),),
    "bitwise_xor": (("bigint,bigint", "bigint", "xor({0}, {1})"),),
    "bitwise_not": (("bigint", "bigint", "(~{0})"),),
    "to_base": (("bigint,bigint", "varchar(64)", "radix_text({0}, {1})"),),
    "from_base": (("varchar,bigint", "bigint", "radix_number({0}, {1})"),),
    "truncate": (("real", "real", "trunc({0})"), ("double", "double", "trunc({0})")),
}  # fmt: skip


def _absolute(values: list[Value]) -> Value | None:
    return _numeric(values, "abs({0})")


def _numeric(values: list[Value], template: str) -> Value | None:
    if len(values) != 1 or not (values[0].type.is_numeric or values[0].type == UNKNOWN):
        return None
    value = values[0] if values[0].type != UNKNOWN else coerce(values[0], Type("tinyint"))
    return Value(f"CAST({template.format(value.sql)} AS {stored(value.type)})", value.type)


def _sign(values: list[Value]) -> Value | None:
    if len(values) == 1 and values[0].type.name == "decimal":
        kind = decimal(1, 0)
        return Value(f"CAST(sign({values[0].sql}) AS {stored(kind)})", kind)
    if len(values) == 1 and values[0].type.is_floating:
        x = values[0].sql
        return Value(
            f"CASE WHEN isnan({x}) OR {x} = 0 THEN {x} ELSE CAST(sign({x}) AS {stored(values[0].type)}) END",
            values[0].type,
        )
    return _numeric(values, "sign({0})")


def _whole(function: str) -> Callable[[list[Value]], Value | None]:
    def compiled(values: list[Value]) -> Value | None:
        if len(values) == 1 and values[0].type.name == "decimal":
            precision, scale = values[0].type.args
            kind = decimal(precision - scale + min(scale, 1), 0)
            return Value(f"CAST({function}({values[0].sql}) AS {stored(kind)})", kind)
        if len(values) == 1 and values[0].type.is_integer:
            return Value(values[0].sql, values[0].type)
        return _numeric(values, f"{function}({{0}})")

    return compiled


def _round(values: list[Value]) -> Value | None:
    if not 1 <= len(values) <= 2 or not values[0].type.is_numeric:
        return None
    value, kind = values[0], values[0].type
    digits = values[1] if len(values) == 2 else None
    if digits is not None and not coercible(digits.type, INTEGER):
        return None
    if kind.name == "decimal":
        return _round_decimal(value, digits)
    count = coerce(digits, INTEGER).sql if digits else "0"
    if kind == DOUBLE:
        # Only finite numbers: DuckDB takes a NaN from Python for null.
        x, rounded = value.sql, f"round_double({value.sql}, {count})"
        return Value(f"CASE WHEN isfinite({x}) OR {count} IS NULL THEN {rounded} ELSE {x} END", DOUBLE)
    if kind.is_integer and (digits is None or (isinstance(digits.constant, int) and digits.constant >= 0)):
        return Value(value.sql, kind)
    places = digits.constant if digits else None
    if kind.is_integer and isinstance(places, int) and places > -19:
        return Value(f"CAST(round({value.sql}, {places}) AS {stored(kind)})", kind)
    return None


def _round_decimal(value: Value, digits: Value | None) -> Value | None:
    precision, scale = value.type.args
    if digits is None:
        kind = decimal(precision - scale + min(scale, 1), 0)
        wide = stored(decimal(precision + 1, scale))
        return Value(f"CAST(round(CAST({value.sql} AS {wide}), 0) AS {stored(kind)})", kind)
    if not isinstance(digits.constant, int):
        return None
    kind = decimal(precision + 1, scale)
    if digits.constant >= scale:
        return Value(f"CAST({value.sql} AS {stored(kind)})", kind)
    rounded = f"round(CAST({value.sql} AS {stored(kind)}), {digits.constant})"
    return Value(f"CAST({rounded} AS {stored(kind)})", kind)


def _truncate(values: list[Value]) -> Value | None:
    if len(values) != 1:
        return None
    (value,) = values
    exact = as_decimal(value.type)  # There is none for integers, so that Trino takes the one of decimals.
    if exact is not None:
        precision, scale = exact.args
        kind = decimal(max(1, precision - scale), 0)
        return Value(f"CAST(trunc({coerce(value, exact).sql}) AS {stored(kind)})", kind)
    return Value(f"trunc({value.sql})", value.type) if value.type.is_floating else None


def _log(values: list[Value]) -> Value | None:
    if len(values) != 2 or not all(coercible(value.type, DOUBLE) for value in values):
        return None
    base, value = (coerce(value, DOUBLE).sql for value in values)
    return Value(f"({_logarithm('ln', value)} / {_logarithm('ln', base)})", DOUBLE)


def _mod(values: list[Value]) -> Value | None:
    if len(values) != 2:
        return None
    return arithmetic("%", values[0], values[1])


FUNCTIONS: dict[str, Callable[[list[Value]], Value | None]] = {
    "abs": _absolute, "sign": _sign, "ceil": _whole("ceil"), "ceiling": _whole("ceil"),
    "floor": _whole("floor"), "round": _round, "truncate": _truncate, "mod": _mod,
    "log": _log,
}  # fmt: skip
