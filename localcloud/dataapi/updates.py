"""Update operators: $set, $inc, $unset and $setOnInsert on dotted paths."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from localcloud.dataapi.errors import ApiError

Document = dict[str, Any]


def apply(document: Document, update: Any, *, inserting: bool = False) -> Document:
    """Return an updated copy of a document. Raises ApiError for an update that the service refuses.

    `inserting` says that an upsert inserts the document, so that $setOnInsert applies and _id may be set.
    """
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
    parent: Any = document
    for name in parents:
        parent = parent.setdefault(name, {})
        if not isinstance(parent, dict):
            raise ApiError("UNSUPPORTED_UPDATE_OPERATION_TARGET", f"'{name}' of '{path}' is not an object")
    return parent, last


def _set(document: Document, path: str, value: Any) -> None:
    parent, name = _parent(document, path)
    parent[name] = copy.deepcopy(value)


def _increase(document: Document, path: str, value: Any) -> None:
    parent, name = _parent(document, path)
    before = parent.get(name, 0)
    for number in (before, value):
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise ApiError("UNSUPPORTED_UPDATE_OPERATION_TARGET", f"$inc of '{path}' needs numbers")
    parent[name] = before + value


def _unset(document: Document, path: str, value: Any) -> None:
    parent: Any = document
    *parents, last = path.split(".")
    for name in parents:
        parent = parent.get(name) if isinstance(parent, dict) else None
    if isinstance(parent, dict):
        parent.pop(last, None)


_OPERATORS: dict[str, Callable[[Document, str, Any], None]] = {
    "$set": _set,
    "$setOnInsert": _set,
    "$inc": _increase,
    "$unset": _unset,
}
