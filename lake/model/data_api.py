"""The limits of the Data API on documents, requests and pages.

Synth checks declarations against these limits, the publisher checks documents before it sends them, and
the local Data API enforces the limits. Where published figures disagree (page size, collections) the
stricter one counts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Upper bounds, in the unit that each name ends with."""

    insert_documents: int = 100
    write_documents: int = 20
    """Documents that one `deleteMany` or `updateMany` request changes before it answers `moreData`."""
    in_values: int = 100
    filter_fields: int = 64
    count_documents: int = 1_000
    document_characters: int = 4_000_000
    indexed_string_bytes: int = 8_000
    array_items: int = 1_000
    object_properties: int = 1_000
    document_properties: int = 2_000
    depth_levels: int = 16
    body_bytes: int = 20_000_000
    page_documents: int = 20
    sorted_documents: int = 10_000
    collections: int = 10
    name_characters: int = 48


LIMITS = Limits()

Indexed = Callable[[str], bool]
"""Returns whether a dotted path is indexed."""


def serialised(document: Mapping[str, Any]) -> str:
    """Return a document as compact JSON, the form in which it is sent."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def violation(document: Mapping[str, Any], indexed: Indexed, limits: Limits = LIMITS) -> str | None:
    """Return a sentence on the first limit that a document exceeds, with both figures; None if it fits."""
    size = len(serialised(document))
    if size > limits.document_characters:
        return f"document size ({size} chars) exceeds maximum allowed ({limits.document_characters})"
    walk = _Walk(limits, indexed)
    found = walk.visit(document, "", 0)
    if found is None and walk.properties > limits.document_properties:
        return (
            f"total number of properties ({walk.properties}) in document exceeds maximum allowed "
            f"({limits.document_properties})"
        )
    return found


@dataclass
class _Walk:
    limits: Limits
    indexed: Indexed
    properties: int = 0

    def visit(self, value: Any, path: str, depth: int) -> str | None:
        if isinstance(value, Mapping):
            return self._object(value, path, depth + 1)
        if isinstance(value, list | tuple):
            return self._array(value, path, depth + 1)
        if isinstance(value, str):
            return self._text(value, path)
        return None

    def _object(self, value: Mapping[str, Any], path: str, depth: int) -> str | None:
        self.properties += len(value)
        if depth > self.limits.depth_levels:
            return f"document depth exceeds maximum allowed ({self.limits.depth_levels})"
        if len(value) > self.limits.object_properties:
            return (
                f"number of properties an object '{path}' has ({len(value)}) exceeds maximum allowed "
                f"({self.limits.object_properties})"
            )
        inner = (self.visit(item, f"{path}.{name}" if path else name, depth) for name, item in value.items())
        return next((found for found in inner if found), None)

    def _array(self, value: list[Any] | tuple[Any, ...], path: str, depth: int) -> str | None:
        if depth > self.limits.depth_levels:
            return f"document depth exceeds maximum allowed ({self.limits.depth_levels})"
        if len(value) > self.limits.array_items:
            return (
                f"number of elements an array '{path}' has ({len(value)}) exceeds maximum allowed "
                f"({self.limits.array_items})"
            )
        return next((found for item in value if (found := self.visit(item, path, depth))), None)

    def _text(self, value: str, path: str) -> str | None:
        size = len(value.encode())
        if size <= self.limits.indexed_string_bytes or not self.indexed(path):
            return None
        return (
            f"indexed string value '{path}' length ({size} bytes) exceeds maximum allowed "
            f"({self.limits.indexed_string_bytes} bytes)"
        )
