"""Aggregates that make maps, whose order only Trino's hashes give."""

from __future__ import annotations

from localcloud.execution.athena.errors import unsupported
from localcloud.execution.athena.sql.aggregates.calls import Call
from localcloud.execution.athena.sql.types import BIGINT, BOOLEAN, DATE, HASHED, Type, stored
from localcloud.execution.athena.sql.values import Value, fail


def map_agg(call: Call) -> Value:
    """Return the compiled call. A key with several values fails: Athena keeps whichever comes first."""
    if len(call.arguments) != 2 or call.distinct:
        raise unsupported(f"map_agg of {len(call.arguments)} arguments, or with DISTINCT")
    key, value = call.arguments
    kind = _of(call, key.type, value.type)
    pairs = call.sql("list", f"CASE WHEN {key.sql} IS NOT NULL THEN {{k: {key.sql}, v: {value.sql}}} END")
    several = fail(
        "NOT_SUPPORTED", "map_agg of a key with several values is not supported locally", stored(kind)
    )
    keys, values = (f"list_transform(e, lambda x: x.{part})" for part in ("k", "v"))
    made = (
        f"CASE WHEN len(e) = 0 THEN NULL WHEN len(list_distinct({keys})) <> len(e) THEN {several}"
        f" ELSE map({keys}, {values}) END"
    )
    entries = f"list_distinct(list_filter({pairs}, lambda p: p IS NOT NULL))"
    return Value(f"list_transform([{entries}], lambda e: {made})[1]", kind)


def histogram(call: Call) -> Value:
    """Return the compiled call: how often each value that is not null occurs; null without any."""
    value = call.one()
    if call.distinct:
        raise unsupported("histogram with DISTINCT")
    kind = _of(call, value.type, BIGINT)
    counted = f"CAST({call.sql('histogram', value.sql)} AS {stored(kind)})"
    return Value(
        f"list_transform([{counted}], lambda e: CASE WHEN cardinality(e) = 0 THEN NULL ELSE e END)[1]", kind
    )


def _of(call: Call, key: Type, value: Type) -> Type:
    """Return the type of the map. Raises QueryError for keys that DuckDB compares otherwise."""
    if not (key.is_integer or key in (BOOLEAN, DATE) or key.name in ("decimal", "varchar")):
        raise unsupported(f"{call.name} by {key}")
    return Type(HASHED, items=(key, value))
