"""The commands of the local Data API on its documents, its faults and its request counters."""

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
from localcloud.dataapi.faults import Fault, Switches
from localcloud.dataapi.store import Store, StoredCollection
from localcloud.dataapi.writes import Writes

Handler = Callable[[StoredCollection, Mapping[str, Any]], dict[str, Any]]


class DataApi:
    """The documents under `home`, and the commands on them; `token` is the only one accepted."""

    def __init__(self, home: Path, *, token: str, limits: Limits = LIMITS) -> None:
        self.token = token
        self.limits = limits
        self.faults = Switches()
        self.requests: Counter[tuple[str, str]] = Counter()
        """Requests by (command, collection), those included that a fault struck."""
        self.stopping = threading.Event()
        self._store = Store(home / "documents.sqlite")
        self._writes = Writes(self._store, limits)
        self._admin = Admin(self._store, limits)

    def close(self) -> None:
        """Close the documents' file."""
        self._store.close()

    # --- what tests and the demo look at

    def inject(self, *faults: Fault) -> None:
        self.faults.add(faults)

    def count(self, *commands: str, collection: str | None = None) -> int:
        """Requests so far, of these commands (or all) on one collection (or all)."""
        return sum(
            number
            for (command, name), number in self.requests.items()
            if (not commands or command in commands) and collection in (None, name)
        )

    def documents(self, keyspace: str, collection: str) -> dict[Any, dict[str, Any]]:
        """What a collection holds, by `_id`, without a request."""
        with self._store.lock:
            held = self._store.collection(keyspace, collection).documents.values()
            return {document["_id"]: document for _, document in held}

    # --- commands

    def counted(self, path: Iterable[str], payload: Any) -> str:
        """Note a request; its command's name."""
        name = next(iter(payload), "") if isinstance(payload, Mapping) else ""
        parts = list(path)
        with self._store.lock:
            self.requests[(name, parts[1] if len(parts) > 1 else "")] += 1
        return name

    def run(self, path: list[str], payload: Any, broken: bool = False) -> dict[str, Any]:
        """The answer to one command; errors are part of it."""
        try:
            if not isinstance(payload, Mapping) or len(payload) != 1:
                raise ApiError("REQUEST_STRUCTURE_MISMATCH", "one command is expected, as a JSON object")
            name, body = next(iter(payload.items()))
            with self._store.lock:
                answer = self._command(path, name, body or {}, broken)
                self._store.commit()
                return answer
        except ApiError as error:
            return {"errors": [error.body()]}

    def _command(self, path: list[str], name: str, body: Mapping[str, Any], broken: bool) -> dict[str, Any]:
        if not path:
            return self._admin.database_command(name, body)
        if len(path) == 1:
            return self._admin.keyspace_command(path[0], name, body)
        handlers = self._handlers(broken)
        if name not in handlers:
            raise ApiError("COMMAND_UNKNOWN", f"Command '{name}' is not a collection command")
        return handlers[name](self._store.collection(path[0], path[1]), body)

    def _handlers(self, broken: bool) -> dict[str, Handler]:
        writes, limits = self._writes, self.limits
        return {
            "insertOne": writes.insert_one,
            "insertMany": lambda c, b: writes.insert_many(c, b, broken),
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
