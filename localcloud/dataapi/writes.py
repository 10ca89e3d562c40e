"""Commands that change documents: inserts, replacements, updates and deletions."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from lake.model.data_api import Limits, violation
from localcloud.dataapi.errors import ApiError
from localcloud.dataapi.projections import Document, project
from localcloud.dataapi.reads import candidates, first
from localcloud.dataapi.store import Store, StoredCollection, id_key
from localcloud.dataapi.updates import apply

Change = Callable[[Document | None], Document]
"""(stored document, None for an upsert) → the document to store instead."""


class Writes:
    """Commands that change the documents of a store, within the service's limits."""

    def __init__(self, store: Store, limits: Limits) -> None:
        self.store = store
        self.limits = limits

    # --- insert

    def insert_one(self, collection: StoredCollection, body: Mapping[str, Any]) -> dict[str, Any]:
        """Insert one document."""
        document_id = self._insert(collection, body.get("document"))
        return {"status": {"insertedIds": [document_id]}}

    def insert_many(
        self, collection: StoredCollection, body: Mapping[str, Any], fails_in_part: bool = False
    ) -> dict[str, Any]:
        """Insert one document after the other.

        With `fails_in_part` every second document fails, as if a replica were unreachable.
        """
        documents = body.get("documents")
        if not isinstance(documents, list) or not documents:
            raise ApiError("COMMAND_FIELD_VALUE_INVALID", "documents must be a non-empty array")
        if len(documents) > self.limits.insert_documents:
            raise ApiError(
                "COMMAND_FIELD_VALUE_INVALID",
                f"amount of documents to insert is over the max limit "
                f"({len(documents)} vs {self.limits.insert_documents})",
            )
        options = body.get("options") or {}
        ordered = bool(options.get("ordered", False))
        errors: list[dict[str, Any]] = []
        responses: list[dict[str, Any]] = []
        for index, document in enumerate(documents):
            given = document.get("_id") if isinstance(document, dict) else None
            if ordered and errors:
                responses.append({"_id": given, "status": "SKIPPED"})
                continue
            try:
                if fails_in_part and index % 2:
                    raise ApiError("INTERNAL_SERVER_ERROR", "a replica did not answer")
                responses.append({"_id": self._insert(collection, document), "status": "OK"})
            except ApiError as error:
                responses.append({"_id": given, "status": "ERROR", "errorsIdx": len(errors)})
                errors.append(error.body())
        status: dict[str, Any] = {"documentResponses": responses}
        if not options.get("returnDocumentResponses"):
            status = {"insertedIds": [item["_id"] for item in responses if item["status"] == "OK"]}
        return {"status": status, **({"errors": errors} if errors else {})}

    def _insert(self, collection: StoredCollection, document: Any) -> Any:
        if not isinstance(document, dict):
            raise ApiError("SHRED_BAD_DOCUMENT_TYPE", "Bad document type to shred: must be a JSON object")
        document = document if "_id" in document else {"_id": str(uuid.uuid4()), **document}
        self._check(collection, document)
        if id_key(document["_id"]) in collection.documents:
            raise ApiError(
                "DOCUMENT_ALREADY_EXISTS",
                f"Cannot insert the document: a document with '_id' ({document['_id']}) already exists.",
            )
        self.store.put(collection, document)
        return document["_id"]

    def _check(self, collection: StoredCollection, document: Document) -> None:
        document_id = document["_id"]
        if document_id == "":
            raise ApiError("SHRED_BAD_DOCID_VALUE", "Bad value for '_id' field: empty String not allowed")
        if isinstance(document_id, list) or (
            isinstance(document_id, dict) and not _is_extension(document_id)
        ):
            raise ApiError("SHRED_BAD_DOCID_TYPE", "Bad type for '_id' field: must be a JSON scalar")
        _check_names(document)
        indexing = collection.indexing
        found = violation(document, indexing.covers, self.limits)
        if found:
            raise ApiError("SHRED_DOC_LIMIT_VIOLATION", f"Document size limitation violated: {found}.")

    # --- replace and update

    def replace_one(self, collection: StoredCollection, body: Mapping[str, Any]) -> dict[str, Any]:
        """Replace the first matching document, or insert the replacement as an upsert."""
        replacement = body.get("replacement")
        if not isinstance(replacement, dict):
            raise ApiError("COMMAND_FIELD_VALUE_INVALID", "replacement must be a JSON object")

        def change(stored: Document | None) -> Document:
            if stored is not None and "_id" in replacement and replacement["_id"] != stored["_id"]:
                raise ApiError(
                    "DOCUMENT_REPLACE_DIFFERENT_DOCID",
                    f"The replace document and document resolved using filter have different '_id's: "
                    f"{replacement['_id']} vs. {stored['_id']}.",
                )
            return {"_id": stored["_id"], **replacement} if stored is not None else dict(replacement)

        return self._change_one(collection, body, change, with_document=True)

    def update_one(
        self, collection: StoredCollection, body: Mapping[str, Any], with_document: bool = False
    ) -> dict[str, Any]:
        """Update the first matching document, or insert one as an upsert."""
        return self._change_one(collection, body, self._updating(body), with_document=with_document)

    def update_many(self, collection: StoredCollection, body: Mapping[str, Any]) -> dict[str, Any]:
        """Update a page of the matching documents; the response holds the state of the next page."""
        options = body.get("options") or {}
        clause = body.get("filter") or {}
        position = int(options.get("pageState") or 0)
        limit = self.limits.write_documents
        entries = list(islice(candidates(collection, clause, self.limits, position), limit + 1))
        if not entries and options.get("upsert") and not position:
            return self._change_one(collection, body, self._updating(body), with_document=False)
        change = self._updating(body)
        modified = sum(self._store(collection, stored, change(stored)) for _, stored in entries[:limit])
        status: dict[str, Any] = {"matchedCount": len(entries[:limit]), "modifiedCount": modified}
        if len(entries) > limit:
            status |= {"moreData": True, "nextPageState": str(entries[limit - 1][0])}
        return {"status": status}

    @staticmethod
    def _updating(body: Mapping[str, Any]) -> Change:
        return lambda stored: apply(
            stored if stored is not None else {}, body.get("update"), inserting=stored is None
        )

    def _change_one(
        self, collection: StoredCollection, body: Mapping[str, Any], change: Change, *, with_document: bool
    ) -> dict[str, Any]:
        options = body.get("options") or {}
        stored = first(collection, body, self.limits)
        status: dict[str, Any] = {"matchedCount": 0, "modifiedCount": 0}
        after: Document | None = None
        if stored is not None:
            after = change(stored)
            status = {"matchedCount": 1, "modifiedCount": int(self._store(collection, stored, after))}
        elif options.get("upsert"):
            clause = body.get("filter") or {}
            named = clause.get("_id") if not isinstance(clause.get("_id"), dict) else None
            after = {"_id": named or str(uuid.uuid4()), **change(None)}
            self._check(collection, after)
            self.store.put(collection, after)
            status["upsertedId"] = after["_id"]
        if not with_document:
            return {"status": status}
        shown = after if options.get("returnDocument") == "after" else stored
        document = project(shown, body.get("projection")) if shown is not None else None
        return {"data": {"document": document}, "status": status}

    def _store(self, collection: StoredCollection, stored: Document, after: Document) -> bool:
        self._check(collection, after)
        if after == stored:
            return False
        self.store.put(collection, after)
        return True

    # --- delete

    def delete_one(
        self, collection: StoredCollection, body: Mapping[str, Any], with_document: bool = False
    ) -> dict[str, Any]:
        """Delete the first matching document."""
        stored = first(collection, body, self.limits)
        if stored is not None:
            self.store.remove(collection, stored)
        status = {"deletedCount": int(stored is not None)}
        if with_document and stored is not None:
            return {"data": {"document": project(stored, body.get("projection"))}, "status": status}
        return {"status": status}

    def delete_many(self, collection: StoredCollection, body: Mapping[str, Any]) -> dict[str, Any]:
        """Delete a page of the matching documents; without a filter delete all, with -1 as their number."""
        clause = body.get("filter") or {}
        if not clause:
            for _, document in list(collection.documents.values()):
                self.store.remove(collection, document)
            return {"status": {"deletedCount": -1}}
        limit = self.limits.write_documents
        entries = list(islice(candidates(collection, clause, self.limits), limit + 1))
        for _, document in entries[:limit]:
            self.store.remove(collection, document)
        more = {"moreData": True} if len(entries) > limit else {}
        return {"status": {"deletedCount": len(entries[:limit]), **more}}


def _is_extension(value: dict[str, Any]) -> bool:
    return len(value) == 1 and next(iter(value)) in ("$date", "$uuid", "$objectId")


def _check_names(value: Any) -> None:
    if isinstance(value, list):
        for item in value:
            _check_names(item)
    elif isinstance(value, dict) and not _is_extension(value):
        for name, item in value.items():
            if not name or (name.startswith("$") and name not in ("$vector", "$binary")):
                raise ApiError("SHRED_BAD_FIELD_NAME", f"Document field name not valid: '{name}'")
            _check_names(item)
