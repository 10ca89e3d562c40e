"""Documents keep their order and survive a restart of the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.dataapi.errors import ApiError
from localcloud.dataapi.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with the collection `notes` in the keyspace `k`."""
    opened = Store(tmp_path / "documents.sqlite")
    opened.create_keyspace("k")
    opened.create_collection("k", "notes", {"indexing": {"allow": ["topic"]}})
    yield opened
    opened.close()


def stored(store: Store, position: int = 0) -> list[tuple[int, dict[str, Any]]]:
    return list(store.collection("k", "notes").after(position))


def test_replaced_document_keeps_its_position(store: Store) -> None:
    notes = store.collection("k", "notes")
    for document in ({"_id": "a"}, {"_id": "b"}, {"_id": "a", "n": 1}):
        store.put(notes, document)
    assert stored(store) == [(1, {"_id": "a", "n": 1}), (2, {"_id": "b"})]
    assert stored(store, position=1) == [(2, {"_id": "b"})]


def test_ids_of_different_types_differ(store: Store) -> None:
    notes = store.collection("k", "notes")
    for document_id in (1, "1", {"$date": 1}):
        store.put(notes, {"_id": document_id})
    assert [document["_id"] for _, document in stored(store)] == [1, "1", {"$date": 1}]


def test_documents_and_options_survive_a_restart(store: Store, tmp_path: Path) -> None:
    notes = store.collection("k", "notes")
    for number in range(3):
        store.put(notes, {"_id": number, "text": "ñ"})
    store.remove(notes, {"_id": 1})
    store.commit()
    reopened = Store(tmp_path / "documents.sqlite")
    try:
        assert stored(reopened) == [(1, {"_id": 0, "text": "ñ"}), (3, {"_id": 2, "text": "ñ"})]
        assert reopened.collection("k", "notes").indexing.allow == ("topic",)
        reopened.put(reopened.collection("k", "notes"), {"_id": 3})
        assert stored(reopened)[-1] == (4, {"_id": 3})
    finally:
        reopened.close()


def test_dropped_keyspace_is_unknown(store: Store) -> None:
    store.drop_keyspace("k")
    with pytest.raises(ApiError, match="UNKNOWN_KEYSPACE"):
        store.keyspace("k")


def test_dropped_collection_is_unknown_and_empty_when_created_again(store: Store) -> None:
    store.put(store.collection("k", "notes"), {"_id": 1})
    store.drop_collection("k", "notes")
    with pytest.raises(ApiError, match="COLLECTION_NOT_EXIST"):
        store.collection("k", "notes")
    store.create_collection("k", "notes", {})
    assert stored(store) == []
