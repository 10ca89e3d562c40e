"""Commands that read documents: find, findOne and the counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from lake.model.data_api import Limits
from localcloud.dataapi.errors import ApiError
from localcloud.dataapi.filters import ids_in, parse
from localcloud.dataapi.projections import Document, check_sort, ordered, project
from localcloud.dataapi.store import StoredCollection, id_key


def candidates(
    collection: StoredCollection, clause: Mapping[str, Any], limits: Limits, position: int = 0
) -> Iterator[tuple[int, Document]]:
    """Yield (position, document) of the documents after `position` that match a filter, oldest first."""
    matches = parse(clause, collection.indexing, limits)
    ids = ids_in(clause)
    if ids is None:
        found: Iterator[tuple[int, Document]] = collection.after(position)
    else:
        stored = (collection.documents.get(id_key(wanted)) for wanted in ids)
        found = iter(sorted((entry for entry in stored if entry and entry[0] > position), key=lambda e: e[0]))
    return (entry for entry in found if matches(entry[1]))


def in_sort_order(
    collection: StoredCollection, clause: Mapping[str, Any], sort: Any, limits: Limits
) -> list[Document]:
    """Return all matching documents in sort order. Raises ApiError if there are more than can be sorted."""
    directions = check_sort(sort, collection.indexing)
    found = [document for _, document in candidates(collection, clause, limits)]
    if len(found) > limits.sorted_documents:
        raise ApiError(
            "DATASET_TOO_BIG",
            f"Response data set too big to be sorted, add more filters: maximum sortable count = "
            f"{limits.sorted_documents}",
        )
    return ordered(found, directions)


def first(collection: StoredCollection, body: Mapping[str, Any], limits: Limits) -> Document | None:
    """Return the first document in the order of `sort` that matches the filter of a command, else None."""
    clause = body.get("filter") or {}
    if body.get("sort"):
        return next(iter(in_sort_order(collection, clause, body["sort"], limits)), None)
    return next((document for _, document in candidates(collection, clause, limits)), None)


def find(collection: StoredCollection, body: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    """Return one page. Its state holds the last position and the number of documents so far.

    A sorted find has one page only, as in the service.
    """
    options = body.get("options") or {}
    clause = body.get("filter") or {}
    limit, skip = _whole(options, "limit"), _whole(options, "skip") or 0
    if body.get("sort"):
        end = skip + min(limit or limits.page_documents, limits.page_documents)
        page = in_sort_order(collection, clause, body["sort"], limits)[skip:end]
        return _page([project(document, body.get("projection")) for document in page], None)
    if skip:
        raise ApiError("COMMAND_FIELD_VALUE_INVALID", "skip options should be used with sort clause")
    position, before = _state(options.get("pageState"))
    size = min(limits.page_documents, limit - before) if limit else limits.page_documents
    entries = list(islice(candidates(collection, clause, limits, position), max(size, 0) + 1))
    documents = [project(document, body.get("projection")) for _, document in entries[:size]]
    done = len(entries) <= size or (limit is not None and before + size >= limit)
    return _page(documents, None if done else f"{entries[size - 1][0]}:{before + size}")


def find_one(collection: StoredCollection, body: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    """Return the response of findOne."""
    found = first(collection, body, limits)
    return {"data": {"document": project(found, body.get("projection")) if found else None}}


def count(collection: StoredCollection, body: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    """Return the exact count up to the limit, beyond it the limit with `moreData`."""
    matches = candidates(collection, body.get("filter") or {}, limits)
    found = sum(1 for _ in islice(matches, limits.count_documents + 1))
    if found > limits.count_documents:
        return {"status": {"count": limits.count_documents, "moreData": True}}
    return {"status": {"count": found}}


def estimate(collection: StoredCollection, body: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    """Return the number of documents, which is exact here."""
    return {"status": {"count": len(collection.documents)}}


def _page(documents: list[Document], state: str | None) -> dict[str, Any]:
    return {"data": {"documents": documents, "nextPageState": state}}


def _whole(options: Mapping[str, Any], name: str) -> int | None:
    value = options.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ApiError("COMMAND_FIELD_VALUE_INVALID", f"{name} should be greater than or equal to 0")
    return value or None


def _state(text: Any) -> tuple[int, int]:
    if text is None:
        return 0, 0
    try:
        position, before = str(text).split(":")
        return int(position), int(before)
    except ValueError as error:
        raise ApiError("COMMAND_FIELD_VALUE_INVALID", f"pageState '{text}' is not valid") from error
