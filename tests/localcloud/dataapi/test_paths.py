"""Paths select values in documents, and indexing decides which of them filters may use."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.dataapi.errors import ApiError
from localcloud.dataapi.paths import MISSING, Indexing, prefixes, value_at

DOCUMENT = {"a": {"b": [10, {"c": None}]}, "x.y": 1}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a.b.0", 10),
        ("a.b.1.c", None),
        ("a.b.2", MISSING),
        ("a.b.c", MISSING),
        ("a.missing.c", MISSING),
        ("x.y", MISSING),
    ],
)
def test_values_are_selected_by_path(path: str, value: Any) -> None:
    assert value_at(DOCUMENT, path) == value


def test_prefixes_end_with_the_path() -> None:
    assert list(prefixes("a.b.c")) == ["a", "a.b", "a.b.c"]


@pytest.mark.parametrize(
    ("options", "indexed", "unindexed"),
    [
        ({}, ["a", "a.b"], []),
        ({"indexing": {"allow": ["a"]}}, ["a", "a.b"], ["b", "ab"]),
        ({"indexing": {"deny": ["a.b"]}}, ["a", "a.c"], ["a.b", "a.b.c"]),
        ({"indexing": {"allow": ["*"]}}, ["a"], []),
        ({"indexing": {"deny": ["*"]}}, [], ["a"]),
    ],
)
def test_indexing_covers_paths(options: dict[str, Any], indexed: list[str], unindexed: list[str]) -> None:
    indexing = Indexing.of(options)
    assert all(indexing.covers(path) for path in indexed)
    assert not any(indexing.covers(path) for path in unindexed)


@pytest.mark.parametrize("declared", [{}, {"allow": []}, {"allow": ["a", "a"]}, {"other": ["a"]}, ["a"]])
def test_malformed_indexing_is_refused(declared: Any) -> None:
    with pytest.raises(ApiError, match="INVALID_INDEXING_DEFINITION"):
        Indexing.of({"indexing": declared})
