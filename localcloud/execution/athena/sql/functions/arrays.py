"""Functions of arrays, those with lambdas among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from localcloud.execution.athena.sql.operators.casts import text_of
from localcloud.execution.athena.sql.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DAY_TIME,
    UNKNOWN,
    VARCHAR,
    Type,
    array,
    coercible,
    common,
    stored,
)
from localcloud.execution.athena.sql.values import Value, coerce, fail

if TYPE_CHECKING:
    pass

_BAD = "INVALID_FUNCTION_ARGUMENT"
_PLAIN = ("boolean", "varchar", "date", "timestamp", "decimal", "unknown")


def _simple(kind: Type) -> bool:
    """Return whether values compare in DuckDB as in Trino: neither nested nor floating."""
    return kind.is_integer or kind.name in _PLAIN


def _array(values: list[Value], count: int = 1) -> Value | None:
    return values[0] if len(values) == count and values[0].type.name == "array" else None


def _cardinality(values: list[Value]) -> Value | None:
    if len(values) == 1 and values[0].type.is_map:
        return Value(f"CAST(cardinality({values[0].sql}) AS BIGINT)", BIGINT)
    listed = _array(values)
    return Value(f"CAST(len({listed.sql}) AS BIGINT)", BIGINT) if listed else None


def _contains(values: list[Value]) -> Value | None:
    listed = _array(values, 2)
    if listed is None:
        return None
    pair = _with_element(listed, values[1])
    if pair is None:
        return None
    listed, item = pair
    found = f"list_contains({listed.sql}, {item.sql})"
    unknown = f"len(list_filter({listed.sql}, lambda x: x IS NULL)) > 0"
    return Value(
        f"CASE WHEN {listed.sql} IS NULL OR {item.sql} IS NULL THEN NULL WHEN {found} THEN true"
        f" WHEN {unknown} THEN NULL ELSE false END", BOOLEAN,
    )  # fmt: skip


def _with_element(listed: Value, item: Value) -> tuple[Value, Value] | None:
    """Return array and element in their common type; None if there is none, or it compares otherwise."""
    kind = common(listed.type.element, item.type)
    if kind is None or not _simple(kind):
        return None
    return coerce(listed, array(kind)), coerce(item, kind)


def _position(values: list[Value]) -> Value | None:
    listed = _array(values, 2)
    pair = _with_element(listed, values[1]) if listed else None
    if pair is None:
        return None
    listed, item = pair
    found = f"coalesce(list_position({listed.sql}, {item.sql}), 0)"
    missing = f"{listed.sql} IS NULL OR {item.sql} IS NULL"
    return Value(f"CASE WHEN {missing} THEN NULL ELSE CAST({found} AS BIGINT) END", BIGINT)


def _remove(values: list[Value]) -> Value | None:
    listed = _array(values, 2)
    pair = _with_element(listed, values[1]) if listed else None
    if pair is None:
        return None
    listed, item = pair
    kept = f"list_filter({listed.sql}, lambda x: x IS DISTINCT FROM {item.sql})"
    return Value(f"CASE WHEN {item.sql} IS NULL THEN NULL ELSE {kept} END", listed.type)


def _element_at(values: list[Value]) -> Value | None:
    if len(values) == 2 and values[0].type.is_map:
        keys, kind = values[0].type.items
        if not coercible(values[1].type, keys) or not _simple(keys):
            return None
        return Value(f"({values[0].sql})[{coerce(values[1], keys).sql}]", kind)
    listed = _array(values, 2)
    if listed is None or not coercible(values[1].type, BIGINT):
        return None
    index = coerce(values[1], BIGINT).sql
    kind = listed.type.element
    message = fail(_BAD, "SQL array indices start at 1", stored(kind))
    wrong = f"{index} = 0 OR {index} < -9223372036854775807"
    return Value(f"CASE WHEN {wrong} THEN {message} ELSE ({listed.sql})[{index}] END", kind)


def _extreme(function: str) -> Callable[[list[Value]], Value | None]:
    def compiled(values: list[Value]) -> Value | None:
        listed = _array(values)
        if listed is None or not _simple(listed.type.element):
            return None
        unknown = f"len(list_filter({listed.sql}, lambda x: x IS NULL)) > 0"
        sql = f"CASE WHEN {unknown} THEN NULL ELSE list_{function}({listed.sql}) END"
        return Value(sql, listed.type.element)

    return compiled


def _sorted(values: list[Value]) -> Value | None:
    listed = _array(values)
    if listed is None or not _simple(listed.type.element):
        return None
    return Value(f"list_sort({listed.sql}, 'ASC', 'NULLS LAST')", listed.type)


def _reversed(values: list[Value]) -> Value | None:
    listed = _array(values)
    if listed is not None:
        return Value(f"list_reverse({listed.sql})", listed.type)
    if len(values) == 1 and values[0].type.name == "varchar":
        return Value(f"array_to_string(list_reverse(string_split({values[0].sql}, '')), '')", values[0].type)
    return None


def _distinct(values: list[Value]) -> Value | None:
    listed = _array(values)
    if listed is None or not _simple(listed.type.element):
        return None
    first = f"list_filter({listed.sql}, lambda x, i: NOT list_contains_null({listed.sql}[1:i - 1], x))"
    return Value(first, listed.type)


def _overlap(values: list[Value]) -> Value | None:
    pair = _two(values)
    if pair is None:
        return None
    a, b = pair
    unknown = f"len(list_filter(list_concat({a.sql}, {b.sql}), lambda x: x IS NULL)) > 0"
    empty = f"len({a.sql}) = 0 OR len({b.sql}) = 0"
    missing = f"{a.sql} IS NULL OR {b.sql} IS NULL"
    return Value(
        f"CASE WHEN {missing} THEN NULL WHEN list_has_any({a.sql}, {b.sql}) THEN true"
        f" WHEN {empty} THEN false WHEN {unknown} THEN NULL ELSE false END", BOOLEAN,
    )  # fmt: skip


def _two(values: list[Value]) -> tuple[Value, Value] | None:
    if len(values) != 2 or any(value.type.name != "array" for value in values):
        return None
    kind = common(values[0].type, values[1].type)
    if kind is None or not _simple(kind.element):
        return None
    return coerce(values[0], kind), coerce(values[1], kind)


def _combined(template: str) -> Callable[[list[Value]], Value | None]:
    def compiled(values: list[Value]) -> Value | None:
        pair = _two(values)
        if pair is None:
            return None
        a, b = pair[0].sql, pair[1].sql
        joined = template.format(a=a, b=b)
        first = f"list_filter({joined}, lambda x, i: NOT list_contains_null(({joined})[1:i - 1], x))"
        return Value(f"CASE WHEN {a} IS NULL OR {b} IS NULL THEN NULL ELSE {first} END", pair[0].type)

    return compiled


def _slice(values: list[Value]) -> Value | None:
    listed = _array(values, 3)
    if listed is None or not all(coercible(value.type, BIGINT) for value in values[1:]):
        return None
    start, size = coerce(values[1], BIGINT).sql, coerce(values[2], BIGINT).sql
    x, kind = listed.sql, stored(listed.type)
    first = f"CASE WHEN {start} < 0 THEN len({x}) + {start} + 1 ELSE {start} END"
    zero = fail(_BAD, "SQL array indices start at 1", kind)
    negative = fail(_BAD, "length must be greater than or equal to 0", kind)
    return Value(
        f"CASE WHEN {x} IS NULL OR {start} IS NULL OR {size} IS NULL THEN NULL WHEN {start} = 0 THEN {zero}"
        f" WHEN {size} < 0 THEN {negative} WHEN {first} < 1 OR {size} = 0 THEN CAST([] AS {kind})"
        f" ELSE ({x})[{first}:least({first} + {size} - 1, len({x}))] END", listed.type,
    )  # fmt: skip


def _joined(values: list[Value]) -> Value | None:
    if not 2 <= len(values) <= 3 or values[0].type.name != "array":
        return None
    listed, kind = values[0], values[0].type.element
    if not (_simple(kind) or kind.is_floating) or any(value.type.name != "varchar" for value in values[1:]):
        return None
    text = text_of(Value("x", kind)) if kind != UNKNOWN else "CAST(x AS VARCHAR)"
    items = f"list_transform({listed.sql}, lambda x: {text})"
    if len(values) == 3:
        items = f"list_transform({items}, lambda y: coalesce(y, {values[2].sql}))"
    by = values[1].sql
    return Value(f"CASE WHEN len({listed.sql}) = 0 THEN '' ELSE coalesce(array_to_string({items}, {by}), "
                 f"CASE WHEN {listed.sql} IS NULL THEN NULL ELSE '' END) END", VARCHAR)  # fmt: skip


def _flatten(values: list[Value]) -> Value | None:
    listed = _array(values)
    if listed is None or listed.type.element.name != "array":
        return None
    return Value(f"flatten({listed.sql})", listed.type.element)


def _sequence(values: list[Value]) -> Value | None:
    if len(values) in (2, 3) and all(coercible(value.type, BIGINT) for value in values):
        start, stop, *rest = (coerce(value, BIGINT).sql for value in values)
        step = rest[0] if rest else f"CASE WHEN {start} <= {stop} THEN 1 ELSE -1 END"
        bad = fail(_BAD, "sequence stop value should be reachable from its start", "BIGINT[]")
        wrong = f"({step}) = 0 OR (({step}) > 0 AND {start} > {stop}) OR (({step}) < 0 AND {start} < {stop})"
        missing = " OR ".join(f"{part} IS NULL" for part in (start, stop, *rest))
        large = f"abs(({stop} - {start}) // ({step})) >= 10000"
        many = fail(_BAD, "result of sequence function must not have more than 10000 entries", "BIGINT[]")
        sql = (
            f"CASE WHEN {missing} THEN NULL WHEN {wrong} THEN {bad} WHEN {large} THEN {many}"
            f" ELSE generate_series({start}, {stop}, {step}) END"
        )
        return Value(sql, array(BIGINT))
    return _sequence_of_times(values)


def _sequence_of_times(values: list[Value]) -> Value | None:
    """Return a sequence of dates or timestamps; steps of months are not supported."""
    if not 2 <= len(values) <= 3 or values[0].type != values[1].type:
        return None
    start, stop, kind = values[0].sql, values[1].sql, values[0].type
    if kind != DATE and (kind.name != "timestamp" or len(values) == 2):
        return None
    if len(values) == 2:
        step, wrong = f"to_days(CASE WHEN {start} <= {stop} THEN 1 ELSE -1 END)", "false"
        size = 86_400_000_000
    else:
        amount = values[2].constant
        if values[2].type.name != DAY_TIME or not isinstance(amount, int) or not amount:
            return None
        if kind == DATE and amount % 86_400_000:
            return None
        size = abs(amount) * 1000
        step, wrong = f"to_microseconds({amount * 1000})", f"{start} {'>' if amount > 0 else '<'} {stop}"
    bad = fail(_BAD, "sequence stop value should be reachable from its start", f"{stored(kind)}[]")
    series = f"generate_series(CAST({start} AS TIMESTAMP), CAST({stop} AS TIMESTAMP), {step})"
    cast = f"list_transform({series}, lambda x: CAST(x AS {stored(kind)}))"
    missing = f"{start} IS NULL OR {stop} IS NULL"
    a, b = (f"epoch_us(CAST({side} AS TIMESTAMP))" for side in (start, stop))
    many = f"abs({b} - {a}) // {size} >= 10000"
    large = fail(
        _BAD, "result of sequence function must not have more than 10000 entries", f"{stored(kind)}[]"
    )
    return Value(
        f"CASE WHEN {missing} THEN NULL WHEN {wrong} THEN {bad} WHEN {many} THEN {large} ELSE {cast} END",
        array(kind),
    )


def _repeat(values: list[Value]) -> Value | None:
    if len(values) != 2 or not coercible(values[1].type, BIGINT) or values[0].type == UNKNOWN:
        return None
    count = coerce(values[1], BIGINT).sql
    many = fail(
        _BAD, "count argument of repeat function must be at most 10000", f"{stored(values[0].type)}[]"
    )
    few = fail(
        _BAD,
        "count argument of repeat function must be greater than or equal to 0",
        f"{stored(values[0].type)}[]",
    )
    made = f"list_transform(range({count}), lambda i: {values[0].sql})"
    return Value(
        f"CASE WHEN {count} < 0 THEN {few} WHEN {count} > 10000 THEN {many} ELSE {made} END",
        array(values[0].type),
    )


FUNCTIONS: dict[str, Callable[[list[Value]], Value | None]] = {
    "cardinality": _cardinality, "contains": _contains, "array_position": _position,
    "array_remove": _remove, "element_at": _element_at, "array_max": _extreme("max"),
    "array_min": _extreme("min"), "reverse": _reversed, "array_distinct": _distinct,
    "arrays_overlap": _overlap, "slice": _slice, "array_join": _joined, "flatten": _flatten,
    "sequence": _sequence, "array_sort": _sorted, "repeat": _repeat,
    "array_union": _combined("list_concat({a}, {b})"),
    "array_except": _combined("list_filter({a}, lambda y: NOT list_contains_null({b}, y))"),
    "array_intersect": _combined("list_filter({a}, lambda y: list_contains_null({b}, y))"),
}  # fmt: skip
