"""The limits of the Data API on documents: a document at a limit fits, one above it does not."""

from __future__ import annotations

from typing import Any

import pytest

from lake.model.data_api import Limits, serialised, violation

LIMITS = Limits(
    document_characters=200, indexed_string_bytes=4, array_items=2, object_properties=3,
    document_properties=4, depth_levels=2,
)  # fmt: skip


def check(document: dict[str, Any]) -> str | None:
    return violation(document, lambda path: path == "key", LIMITS)


def test_document_is_serialised_as_compact_json_with_its_own_characters() -> None:
    assert serialised({"name": "ñ", "days": [1, None]}) == '{"name":"ñ","days":[1,null]}'


@pytest.mark.parametrize(
    "document",
    [
        {"note": "x" * 189},
        {"key": "ññ"},
        {"note": "longer than four bytes"},
        {"days": [1, 2]},
        {"a": {"b": 1, "c": 2, "d": 3}},
    ],
)
def test_document_at_a_limit_fits(document: dict[str, Any]) -> None:
    assert check(document) is None


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"note": "x" * 190}, "document size (201 chars) exceeds maximum allowed (200)"),
        (
            {"key": "ñññ"},
            "indexed string value 'key' length (6 bytes) exceeds maximum allowed (4 bytes)",
        ),
        ({"days": [1, 2, 3]}, "number of elements an array 'days' has (3) exceeds maximum allowed (2)"),
        (
            {"a": {"b": 1, "c": 2, "d": 3, "e": 4}},
            "number of properties an object 'a' has (4) exceeds maximum allowed (3)",
        ),
        (
            {"a": {"b": 1, "c": 2}, "d": {"e": 3}},
            "total number of properties (5) in document exceeds maximum allowed (4)",
        ),
        ({"a": {"b": {"c": 1}}}, "document depth exceeds maximum allowed (2)"),
        ({"a": [[1]]}, "document depth exceeds maximum allowed (2)"),
    ],
)
def test_document_above_a_limit_is_reported_with_both_figures(document: dict[str, Any], message: str) -> None:
    assert check(document) == message


def test_document_at_the_size_limit_fits() -> None:
    assert len(serialised({"note": "x" * 189})) == 200
