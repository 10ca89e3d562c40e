"""Projections and sort clauses."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from localcloud.dataapi.errors import ApiError
from localcloud.dataapi.paths import MISSING, Indexing, value_at

Document = dict[str, Any]


def project(document: Document, projection: Any) -> Document:
    """Return a copy of the part of a document that a projection selects, with `_id` unless it is excluded.

    Raises ApiError if inclusions and exclusions are mixed.
    """
    if not projection:
        return copy.deepcopy(document)
    if not isinstance(projection, Mapping):
        raise ApiError("UNSUPPORTED_PROJECTION_PARAM", "projection must be a JSON object")
    fields = {name: bool(wanted) for name, wanted in projection.items() if name != "_id"}
    if len(set(fields.values())) > 1:
        raise ApiError("UNSUPPORTED_PROJECTION_PARAM", "inclusions and exclusions cannot be mixed")
    with_id = bool(projection.get("_id", True))
    if any(fields.values()) or (not fields and with_id and "_id" in projection):
        found = _including(document, list(fields))
        return {**({"_id": document["_id"]} if with_id else {}), **found}
    kept = copy.deepcopy(document)
    for path in [*fields, *([] if with_id else ["_id"])]:
        _drop(kept, path.split("."))
    return kept


def _including(document: Document, paths: list[str]) -> Document:
    found: Document = {}
    for path in paths:
        if "*" in path:
            return copy.deepcopy({name: value for name, value in document.items() if name != "_id"})
        value = value_at(document, path)
        if value is MISSING:
            continue
        *parents, last = path.split(".")
        parent = found
        for name in parents:
            parent = parent.setdefault(name, {})
        parent[last] = copy.deepcopy(value)
    return found


def _drop(document: Any, names: list[str]) -> None:
    for name in names[:-1]:
        document = document.get(name) if isinstance(document, dict) else None
    if isinstance(document, dict):
        document.pop(names[-1], None)


def check_sort(sort: Any, indexing: Indexing) -> list[tuple[str, int]]:
    """Return a sort clause as `[(path, 1 or -1)]`. Raises ApiError for an unindexed path or direction."""
    if not isinstance(sort, Mapping):
        raise ApiError("COMMAND_FIELD_VALUE_INVALID", "sort must be a JSON object")
    for path, direction in sort.items():
        if direction not in (1, -1):
            raise ApiError("COMMAND_FIELD_VALUE_INVALID", f"sort direction of '{path}' must be 1 or -1")
        if path == "_id" or not indexing.covers(path):
            raise ApiError(
                "SORT_PATH_UNINDEXED", f"Collection path '{path}' is not indexed: cannot sort on it."
            )
    return list(sort.items())


def ordered(documents: list[Document], sort: list[tuple[str, int]]) -> list[Document]:
    """Return documents in the order of a sort clause: missing and null, numbers, texts, booleans, dates."""
    for path, direction in reversed(sort):
        documents = sorted(
            documents, key=lambda document: _rank(value_at(document, path)), reverse=direction < 0
        )
    return documents


def _rank(value: Any) -> tuple[int, Any]:
    if isinstance(value, Mapping) and set(value) == {"$date"}:
        return (5, value["$date"])
    kinds: list[tuple[type, int]] = [(bool, 4), (int, 2), (float, 2), (str, 3)]
    return next(((rank, value) for kind, rank in kinds if isinstance(value, kind)), (0, 0))
