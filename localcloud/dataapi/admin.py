"""Commands that manage keyspaces and collections."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lake.model.data_api import Limits
from localcloud.dataapi.errors import ApiError
from localcloud.dataapi.paths import Indexing
from localcloud.dataapi.store import Store

_OK = {"status": {"ok": 1}}


class Admin:
    """Creates, lists and drops keyspaces and collections."""

    def __init__(self, store: Store, limits: Limits) -> None:
        self.store = store
        self.limits = limits

    def database_command(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Run a command on the database and return its response. Raises ApiError."""
        if name == "findKeyspaces":
            return {"status": {"keyspaces": sorted(self.store.keyspaces)}}
        if name == "createKeyspace":
            self.store.create_keyspace(self._name(body, "keyspace"))
            return _OK
        if name == "dropKeyspace":
            self.store.drop_keyspace(self._name(body, "keyspace"))
            return _OK
        raise ApiError("COMMAND_UNKNOWN", f"Command '{name}' is not a database command")

    def keyspace_command(self, keyspace: str, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Run a command on a keyspace and return its response. Raises ApiError."""
        if name == "findCollections":
            found = self.store.keyspace(keyspace)
            if (body.get("options") or {}).get("explain"):
                described = [{"name": key, "options": found[key].options} for key in sorted(found)]
                return {"status": {"collections": described}}
            return {"status": {"collections": sorted(found)}}
        if name == "createCollection":
            return self._create(keyspace, body)
        if name == "deleteCollection":
            self.store.drop_collection(keyspace, self._name(body, "collection"))
            return _OK
        raise ApiError("COMMAND_UNKNOWN", f"Command '{name}' is not a keyspace command")

    def _create(self, keyspace: str, body: Mapping[str, Any]) -> dict[str, Any]:
        name = self._name(body, "collection")
        options = dict(body.get("options") or {})
        Indexing.of(options)
        stored = self.store.keyspace(keyspace).get(name)
        if stored is not None:
            if stored.options != options:
                raise ApiError(
                    "EXISTING_COLLECTION_DIFFERENT_SETTINGS",
                    f"Collection '{name}' already exists but with settings different from ones passed.",
                )
            return _OK
        number = sum(len(collections) for collections in self.store.keyspaces.values())
        if number >= self.limits.collections:
            raise ApiError(
                "TOO_MANY_COLLECTIONS",
                f"Cannot create collection '{name}': the maximum number of collections per database is "
                f"{self.limits.collections}, database already has {number}.",
            )
        self.store.create_collection(keyspace, name, options)
        return _OK

    def _name(self, body: Mapping[str, Any], kind: str) -> str:
        name = body.get("name")
        fits = isinstance(name, str) and len(name) <= self.limits.name_characters
        if not fits or not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]*", str(name)):
            raise ApiError(
                "INVALID_CREATE_COLLECTION_OPTIONS",
                f"{kind} name '{name}' must have at most {self.limits.name_characters} letters, digits and _",
            )
        return str(name)
