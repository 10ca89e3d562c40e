"""Update operators: $set, $inc, $unset and $setOnInsert on dotted paths."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from localcloud.dataapi.errors import ApiError

Document = dict[str, Any]


def apply(document: Document, update: Any, *, inserting: bool = False) -> Document:
    """A changed copy of `document`. Raises ApiError for what the service would refuse."""
    if not isinstance(update, Mapping) or not update:
        raise ApiError("UNSUPPORTED_UPDATE_OPERATION", "update must hold at least one operator")
    changed = copy.deepcopy(document)
    for operator, fields in update.items():
        if operator not in _OPERATORS:
            raise ApiError("UNSUPPORTED_UPDATE_OPERATION", f"Unsupported update operator '{operator}'")
        if not isinstance(fields, Mapping):
            raise ApiError("UNSUPPORTED_UPDATE_OPERATION", f"{operator} takes a JSON object")
        if operator == "$setOnInsert" and not inserting:
            continue
        for path, value in fields.items():
            if path == "_id" and not inserting:
                raise ApiError("UNSUPPORTED_UPDATE_OPERATOR_FOR_DOC_ID", f"{operator} cannot change _id")
            _OPERATORS[operator](changed, path, value)
    return changed


def _parent(document: Document, path: str) -> tuple[dict[str, Any], str]:
    *parents, last = path.split(".")
    place: Any = document
    for name in parents:
        place = place.setdefault(name, {})
        if not isinstance(place, dict):
            raise ApiError("UNSUPPORTED_UPDATE_OPERATION_TARGET", f"'{name}' of '{path}' is no object")
    return place, last


def _set(document: Document, path: str, value: Any) -> None:
    place, name = _parent(document, path)
    place[name] = copy.deepcopy(value)


def _increase(document: Document, path: str, value: Any) -> None:
    place, name = _parent(document, path)
    before = place.get(name, 0)
    for number in (before, value):
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise ApiError("UNSUPPORTED_UPDATE_OPERATION_TARGET", f"$inc of '{path}' needs numbers")
    place[name] = before + value


def _unset(document: Document, path: str, value: Any) -> None:
    place: Any = document
    *parents, last = path.split(".")
    for name in parents:
        place = place.get(name) if isinstance(place, dict) else None
    if isinstance(place, dict):
        place.pop(last, None)


_OPERATORS: dict[str, Callable[[Document, str, Any], None]] = {
    "$set": _set,
    "$setOnInsert": _set,
    "$inc": _increase,
    "$unset": _unset,
}
