"""Storage of the documents: read from memory, persisted in SQLite."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localcloud.dataapi.errors import ApiError
from localcloud.dataapi.paths import Indexing

Document = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS keyspaces (name TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS collections (keyspace TEXT, name TEXT, options TEXT, PRIMARY KEY (keyspace, name));
CREATE TABLE IF NOT EXISTS documents (
    keyspace TEXT, collection TEXT, id TEXT, place INTEGER, body TEXT, PRIMARY KEY (keyspace, collection, id)
);
"""


def id_key(document_id: Any) -> str:
    """Return an `_id` of any JSON type as text."""
    return json.dumps(document_id, sort_keys=True, ensure_ascii=False)


@dataclass
class StoredCollection:
    """A collection: `documents` maps id keys to (position, document), in order of insertion."""

    keyspace: str
    name: str
    options: Document
    documents: dict[str, tuple[int, Document]] = field(default_factory=dict)

    @property
    def indexing(self) -> Indexing:
        """The indexed paths."""
        return Indexing.of(self.options)

    def after(self, position: int) -> Iterator[tuple[int, Document]]:
        """Yield the documents inserted after `position`, oldest first."""
        return (stored for stored in self.documents.values() if stored[0] > position)


class Store:
    """All keyspaces of the database. Callers hold `lock` while a command runs."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self._database = sqlite3.connect(path, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.executescript(_SCHEMA)
        self.keyspaces: dict[str, dict[str, StoredCollection]] = {}
        self._last_position = 0
        self._load()

    def _load(self) -> None:
        for (name,) in self._database.execute("SELECT name FROM keyspaces"):
            self.keyspaces[name] = {}
        for keyspace, name, options in self._database.execute("SELECT * FROM collections"):
            self.keyspaces[keyspace][name] = StoredCollection(keyspace, name, json.loads(options))
        rows = self._database.execute("SELECT * FROM documents ORDER BY place")
        for keyspace, name, key, position, body in rows:
            self.keyspaces[keyspace][name].documents[key] = (position, json.loads(body))
            self._last_position = position

    def close(self) -> None:
        """Close the SQLite file."""
        with self.lock:
            self._database.close()

    def commit(self) -> None:
        """Persist the changes of a command."""
        self._database.commit()

    # --- keyspaces and collections

    def keyspace(self, name: str) -> dict[str, StoredCollection]:
        """Return the collections of a keyspace by name. Raises ApiError if there is no such keyspace."""
        if name not in self.keyspaces:
            raise ApiError("UNKNOWN_KEYSPACE", f"The keyspace used by the command: {name}.")
        return self.keyspaces[name]

    def collection(self, keyspace: str, name: str) -> StoredCollection:
        """Return a collection. Raises ApiError if there is none of this name."""
        found = self.keyspace(keyspace).get(name)
        if found is None:
            raise ApiError("COLLECTION_NOT_EXIST", f"No collection or table with name '{name}' exists.")
        return found

    def create_keyspace(self, name: str) -> None:
        """Create a keyspace unless it exists."""
        self.keyspaces.setdefault(name, {})
        self._database.execute("INSERT OR IGNORE INTO keyspaces VALUES (?)", (name,))

    def drop_keyspace(self, name: str) -> None:
        """Drop a keyspace with its collections, if it exists."""
        for collection in list(self.keyspaces.pop(name, {})):
            self._forget(name, collection)
        self._database.execute("DELETE FROM keyspaces WHERE name = ?", (name,))

    def create_collection(self, keyspace: str, name: str, options: Document) -> None:
        """Create a collection, which must not exist."""
        self.keyspace(keyspace)[name] = StoredCollection(keyspace, name, options)
        self._database.execute(
            "INSERT INTO collections VALUES (?, ?, ?)", (keyspace, name, json.dumps(options))
        )

    def drop_collection(self, keyspace: str, name: str) -> None:
        """Drop a collection with its documents, if it exists."""
        self.keyspace(keyspace).pop(name, None)
        self._forget(keyspace, name)

    def _forget(self, keyspace: str, name: str) -> None:
        self._database.execute("DELETE FROM collections WHERE keyspace = ? AND name = ?", (keyspace, name))
        self._database.execute(
            "DELETE FROM documents WHERE keyspace = ? AND collection = ?", (keyspace, name)
        )

    # --- documents

    def put(self, collection: StoredCollection, document: Document) -> None:
        """Insert a document, or replace the one with its `_id` at the same position."""
        key = id_key(document["_id"])
        stored = collection.documents.get(key)
        if stored is None:
            self._last_position += 1
        position = stored[0] if stored else self._last_position
        collection.documents[key] = (position, document)
        self._database.execute(
            "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?)",
            (collection.keyspace, collection.name, key, position, json.dumps(document, ensure_ascii=False)),
        )

    def remove(self, collection: StoredCollection, document: Document) -> None:
        """Remove a document, which must be in the collection."""
        key = id_key(document["_id"])
        del collection.documents[key]
        self._database.execute(
            "DELETE FROM documents WHERE keyspace = ? AND collection = ? AND id = ?",
            (collection.keyspace, collection.name, key),
        )
