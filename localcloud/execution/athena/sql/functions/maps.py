"""Functions of maps."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from localcloud.execution.athena.sql.types import UNKNOWN, Type, array, map_of, row, stored
from localcloud.execution.athena.sql.values import Value, fail

if TYPE_CHECKING:
    pass

_BAD = "INVALID_FUNCTION_ARGUMENT"


def _map(values: list[Value]) -> Value | None:
    if len(values) != 2 or any(value.type.name != "array" for value in values):
        return None
    keys, items = values
    kind = map_of(keys.type.element, items.type.element)
    if UNKNOWN in kind.items:
        return None
    uneven = fail(_BAD, "Key and value arrays must be the same length", stored(kind))
    twice = fail(_BAD, "Duplicate map keys are not allowed", stored(kind))
    nulls = fail(_BAD, "map key cannot be null", stored(kind))
    k = keys.sql
    missing, differ = f"{k} IS NULL OR {items.sql} IS NULL", f"len({k}) <> len({items.sql})"
    return Value(
        f"CASE WHEN {missing} THEN NULL WHEN {differ} THEN {uneven}"
        f" WHEN len(list_filter({k}, lambda x: x IS NULL)) > 0 THEN {nulls}"
        f" WHEN len(list_distinct({k})) <> len({k}) THEN {twice} ELSE map({k}, {items.sql}) END", kind,
    )  # fmt: skip


def _of_map(template: str, result: Callable[[Type], Type]) -> Callable[[list[Value]], Value | None]:
    def compiled(values: list[Value]) -> Value | None:
        if len(values) != 1 or values[0].type.name != "map":
            return None
        return Value(template.format(values[0].sql), result(values[0].type))

    return compiled


def _entries(values: list[Value]) -> Value | None:
    if len(values) != 1 or values[0].type.name != "map":
        return None
    made = f"list_transform(map_entries({values[0].sql}), lambda x: {{f0: x.key, f1: x.value}})"
    return Value(made, array(row(values[0].type.items)))


FUNCTIONS: dict[str, Callable[[list[Value]], Value | None]] = {
    "map": _map, "map_keys": _of_map("map_keys({})", lambda kind: array(kind.items[0])),
    "map_values": _of_map("map_values({})", lambda kind: array(kind.items[1])), "map_entries": _entries,
}  # fmt: skip
