"""The local Data API without HTTP: dispatches commands, counts requests, holds the faults."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from lake.model.data_api import LIMITS, Limits
from localcloud.dataapi import reads
from localcloud.dataapi.admin import Admin
from localcloud.dataapi.errors import ApiError
from localcloud.dataapi.faults import Fault, FaultInjector
from localcloud.dataapi.store import Store, StoredCollection
from localcloud.dataapi.writes import Writes

Handler = Callable[[StoredCollection, Mapping[str, Any]], dict[str, Any]]


class DataApi:
    """A database whose documents are stored under `home`; requests must carry `token`."""

    def __init__(self, home: Path, *, token: str, limits: Limits = LIMITS) -> None:
        self.token = token
        self.limits = limits
        self.faults = FaultInjector()
        self.requests: Counter[tuple[str, str]] = Counter()
        """Number of requests by (command, collection), including requests that a fault was applied to."""
        self.stopping = threading.Event()
        self._store = Store(home / "documents.sqlite")
        self._writes = Writes(self._store, limits)
        self._admin = Admin(self._store, limits)

    def close(self) -> None:
        """Close the file of the documents."""
        self._store.close()

    # --- for tests and demos

    def inject(self, *faults: Fault) -> None:
        """Apply these faults to the next requests."""
        self.faults.add(faults)

    def count(self, *commands: str, collection: str | None = None) -> int:
        """Return the number of requests so far, of these commands (or all) on one collection (or all)."""
        return sum(
            number
            for (command, name), number in self.requests.items()
            if (not commands or command in commands) and collection in (None, name)
        )

    def documents(self, keyspace: str, collection: str) -> dict[Any, dict[str, Any]]:
        """Return the documents of a collection by `_id`, without counting a request."""
        with self._store.lock:
            stored = self._store.collection(keyspace, collection).documents.values()
            return {document["_id"]: document for _, document in stored}

    # --- commands

    def count_request(self, path: Iterable[str], payload: Any) -> str:
        """Count a request and return the name of its command."""
        name = next(iter(payload), "") if isinstance(payload, Mapping) else ""
        parts = list(path)
        with self._store.lock:
            self.requests[(name, parts[1] if len(parts) > 1 else "")] += 1
        return name

    def run(self, path: list[str], payload: Any, fails_in_part: bool = False) -> dict[str, Any]:
        """Run one command and return its response; an ApiError becomes part of the response.

        `path` holds keyspace and collection, or less. With `fails_in_part` every second document of an
        insertMany fails.
        """
        try:
            if not isinstance(payload, Mapping) or len(payload) != 1:
                raise ApiError("REQUEST_STRUCTURE_MISMATCH", "one command is expected, as a JSON object")
            name, body = next(iter(payload.items()))
            with self._store.lock:
                answer = self._command(path, name, body or {}, fails_in_part)
                self._store.commit()
                return answer
        except ApiError as error:
            return {"errors": [error.body()]}

    def _command(
        self, path: list[str], name: str, body: Mapping[str, Any], fails_in_part: bool
    ) -> dict[str, Any]:
        if not path:
            return self._admin.database_command(name, body)
        if len(path) == 1:
            return self._admin.keyspace_command(path[0], name, body)
        handlers = self._handlers(fails_in_part)
        if name not in handlers:
            raise ApiError("COMMAND_UNKNOWN", f"Command '{name}' is not a collection command")
        return handlers[name](self._store.collection(path[0], path[1]), body)

    def _handlers(self, fails_in_part: bool) -> dict[str, Handler]:
        writes, limits = self._writes, self.limits
        return {
            "insertOne": writes.insert_one,
            "insertMany": lambda c, b: writes.insert_many(c, b, fails_in_part),
            "find": lambda c, b: reads.find(c, b, limits),
            "findOne": lambda c, b: reads.find_one(c, b, limits),
            "countDocuments": lambda c, b: reads.count(c, b, limits),
            "estimatedDocumentCount": lambda c, b: reads.estimate(c, b, limits),
            "findOneAndReplace": writes.replace_one,
            "findOneAndUpdate": lambda c, b: writes.update_one(c, b, with_document=True),
            "updateOne": writes.update_one,
            "updateMany": writes.update_many,
            "deleteOne": writes.delete_one,
            "findOneAndDelete": lambda c, b: writes.delete_one(c, b, with_document=True),
            "deleteMany": writes.delete_many,
        }
