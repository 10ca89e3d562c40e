"""What each window function computes."""

from __future__ import annotations

from collections.abc import Callable

from localcloud.execution.athena.errors import QueryError
from localcloud.execution.athena.sql.aggregates.calls import Call
from localcloud.execution.athena.sql.types import BIGINT, DOUBLE
from localcloud.execution.athena.sql.values import Value, integer_constant, unify


def _number(call: Call) -> Value:
    if call.arguments:
        raise QueryError("FUNCTION_NOT_FOUND", f"{call.name} takes no arguments")
    kind = DOUBLE if call.name in ("percent_rank", "cume_dist") else BIGINT
    return Value(call.sql(call.name), kind)


def _ntile(call: Call) -> Value:
    count = integer_constant(call.one(), "ntile's argument")
    if count <= 0:
        raise QueryError("INVALID_FUNCTION_ARGUMENT", "Buckets must be greater than 0")
    return Value(call.sql("ntile", str(count)), BIGINT)


def _shifted(call: Call) -> Value:
    if not 1 <= len(call.arguments) <= 3:
        raise QueryError("FUNCTION_NOT_FOUND", f"{call.name} takes one to three arguments")
    value, *rest = call.arguments
    offset = integer_constant(rest[0], f"{call.name}'s offset") if rest else 1
    if offset < 0:
        raise QueryError("INVALID_FUNCTION_ARGUMENT", "Offset must be at least 0")
    if len(rest) == 2:
        value, default = unify([value, rest[1]], f"value and default of {call.name}")
        return Value(call.sql(call.name, value.sql, str(offset), default.sql), value.type)
    return Value(call.sql(call.name, value.sql, str(offset)), value.type)


def _positioned(call: Call) -> Value:
    if call.name != "nth_value":
        return Value(call.sql(call.name, call.one().sql), call.one().type)
    value, place = call.arguments
    return Value(
        call.sql("nth_value", value.sql, str(integer_constant(place, "nth_value's place"))), value.type
    )


RANKING = frozenset({"row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile"})
SHIFTING = frozenset({"lag", "lead"})

WINDOWS: dict[str, Callable[[Call], Value]] = {
    **dict.fromkeys(("row_number", "rank", "dense_rank", "percent_rank", "cume_dist"), _number),
    "ntile": _ntile, "lag": _shifted, "lead": _shifted,
    **dict.fromkeys(("first_value", "last_value", "nth_value"), _positioned),
}  # fmt: skip
