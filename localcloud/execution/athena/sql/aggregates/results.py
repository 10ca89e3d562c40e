"""What each aggregate computes: DuckDB's call with Trino's types and rounding."""

from __future__ import annotations

from collections.abc import Callable

from localcloud.execution.athena.errors import unsupported
from localcloud.execution.athena.sql.aggregates import maps
from localcloud.execution.athena.sql.aggregates.calls import Call
from localcloud.execution.athena.sql.operators import arithmetic as operators
from localcloud.execution.athena.sql.types import BIGINT, BOOLEAN, DOUBLE, VARCHAR, ZONED, array, decimal
from localcloud.execution.athena.sql.values import Value, coerce, fail, without_nan


def _count(call: Call) -> Value:
    if not call.arguments:
        return Value(call.sql("count", "*"), BIGINT)
    value = call.one()
    if call.distinct:
        return Value(call.sql("count", operators.comparable(value)), BIGINT)
    return Value(call.sql("count", value.sql), BIGINT)


def _count_if(call: Call) -> Value:
    return Value(call.sql("count", f"CASE WHEN {coerce(call.one(), BOOLEAN).sql} THEN 1 END"), BIGINT)


def _sum(call: Call) -> Value:
    value = call.one()
    if value.type.is_integer or value.type.is_interval:
        kind = BIGINT if value.type.is_integer else value.type
        return Value(f"CAST({call.sql('sum', value.sql)} AS BIGINT)", kind)
    if value.type.name == "decimal":
        kind = decimal(38, value.type.args[1])
        wide = f"CAST({value.sql} AS DECIMAL(38, {kind.args[1]}))"
        return Value(f"CAST({call.sql('sum', wide)} AS DECIMAL(38, {kind.args[1]}))", kind)
    if value.type == DOUBLE:
        return Value(call.sql("sum", value.sql), DOUBLE)
    raise unsupported(f"sum({value.type})")


def _avg(call: Call) -> Value:
    value = call.one()
    if value.type.is_integer:
        return Value(call.sql("avg", f"CAST({value.sql} AS DOUBLE)"), DOUBLE)
    if value.type == DOUBLE:
        return Value(call.sql("avg", value.sql), DOUBLE)
    if value.type.name == "decimal":
        scale = value.type.args[1]
        total = call.sql("sum", f"CAST({value.sql} AS DECIMAL(38, {scale}))")
        whole = operators.unscaled(f"CAST({total} AS DECIMAL(38, {scale}))", 38, scale, scale)
        mean = f"divide_half_up({whole}, CAST({call.sql('count', value.sql)} AS HUGEINT))"
        rounded = operators.scaled(mean, value.type)
        count = call.sql("count", value.sql)
        return Value(f"CASE WHEN {count} = 0 THEN NULL ELSE {rounded} END", value.type)
    raise unsupported(f"avg({value.type})")


def _extreme(function: str) -> Callable[[Call], Value]:
    def compiled(call: Call) -> Value:
        value = call.one()
        if value.type.name == ZONED:
            raise unsupported(f"{function}({value.type})")
        key = operators.comparable(value)
        if value.type.is_floating:
            key = without_nan(key, value.type, function)
        return Value(call.sql(function, key), value.type)

    return compiled


def _by(function: str) -> Callable[[Call], Value]:
    def compiled(call: Call) -> Value:
        if len(call.arguments) != 2:
            raise unsupported(f"{call.name} of {len(call.arguments)} arguments")
        value, key = call.arguments
        if key.type.name == ZONED:
            raise unsupported(f"{call.name} by {key.type}")
        return Value(call.sql(function, value.sql, operators.comparable(key)), value.type)

    return compiled


def _any_value(call: Call) -> Value:
    return Value(call.sql("any_value", call.one().sql), call.one().type)


def _array_agg(call: Call) -> Value:
    value = call.one()
    return Value(call.sql("list", value.sql, ordered=True), array(value.type))


def _boolean(function: str) -> Callable[[Call], Value]:
    return lambda call: Value(call.sql(function, coerce(call.one(), BOOLEAN).sql), BOOLEAN)


def _bits(function: str) -> Callable[[Call], Value]:
    return lambda call: Value(call.sql(function, coerce(call.one(), BIGINT).sql), BIGINT)


def _spread(function: str) -> Callable[[Call], Value]:
    def compiled(call: Call) -> Value:
        x = coerce(call.one(), DOUBLE).sql
        message = fail("NOT_SUPPORTED", f"{function} of NaN and infinity is not supported locally", "DOUBLE")
        finite = f"CASE WHEN isfinite({x}) OR {x} IS NULL THEN {x} ELSE {message} END"
        return Value(call.sql(function, finite), DOUBLE)

    return compiled


def _listagg_result(call: Call) -> Value:
    if call.windowed:
        raise unsupported("LISTAGG with OVER")
    value, *rest = call.arguments
    separator = coerce(rest[0], VARCHAR).sql if rest else "''"
    return Value(call.sql("string_agg", coerce(value, VARCHAR).sql, separator, ordered=True), VARCHAR)


AGGREGATES: dict[str, Callable[[Call], Value]] = {
    "count": _count, "count_if": _count_if, "sum": _sum, "avg": _avg, "min": _extreme("min"),
    "max": _extreme("max"), "min_by": _by("arg_min_null"), "max_by": _by("arg_max_null"),
    "arbitrary": _any_value, "any_value": _any_value, "array_agg": _array_agg,
    "bool_and": _boolean("bool_and"), "bool_or": _boolean("bool_or"), "every": _boolean("bool_and"),
    "bitwise_and_agg": _bits("bit_and"), "bitwise_or_agg": _bits("bit_or"),
    "bitwise_xor_agg": _bits("bit_xor"), "stddev": _spread("stddev_samp"),
    "stddev_samp": _spread("stddev_samp"), "stddev_pop": _spread("stddev_pop"),
    "variance": _spread("var_samp"), "var_samp": _spread("var_samp"), "var_pop": _spread("var_pop"),
    "listagg": _listagg_result, "map_agg": maps.map_agg, "histogram": maps.histogram,
}  # fmt: skip
