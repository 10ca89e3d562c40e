"""Build documents from rows: deterministic, with a hash of their content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from lake.model.data_api import serialised
from lake.model.serving import BATCH, Document, Shape, document_id, plain, slot_of
from serving.publish.buckets import Buckets


def documents(buckets: Buckets, bucket: int) -> dict[str, Document]:
    """Return the documents of one bucket, by `_id`.

    The same rows give the same documents, in whichever order and batches they were read.
    """
    built: dict[str, Document] = {}
    for shape in buckets.collection.shapes:
        for document in _shape_documents(buckets, shape, bucket):
            document["hash"] = content_hash(document)
            built[document["_id"]] = document
    return built


def content_hash(document: Document) -> str:
    """Return the SHA-256 of a document's fields, the hash itself left out."""
    content = {name: value for name, value in sorted(document.items()) if name != "hash"}
    return hashlib.sha256(serialised(content).encode()).hexdigest()


def _shape_documents(buckets: Buckets, shape: Shape, bucket: int) -> Iterator[Document]:
    built: dict[tuple[Any, ...], Document] = {}

    def document(keys: tuple[Any, ...]) -> Document:
        if keys not in built:
            built[keys] = _empty_document(shape, keys, buckets.period)
        return built[keys]

    if shape.fields:
        for keys, values in _rows(buckets.fields(shape, bucket), len(shape.by)):
            document(keys).update(zip(shape.fields, map(plain, values), strict=True))
    for embed in shape.embeds:
        grouped: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
        for keys, values in _rows(buckets.embedded(shape, embed, bucket), len(shape.by)):
            grouped.setdefault(keys, []).append(values)
        for keys, rows in grouped.items():
            rows.sort(key=lambda row: row[: len(embed.rows)])
            document(keys)[embed.name] = {
                "columns": list(embed.columns),
                "rows": [[plain(value) for value in row] for row in rows],
            }
    return iter(built.values())


def _empty_document(shape: Shape, keys: tuple[Any, ...], period: int) -> Document:
    identifier = document_id(shape.name, keys, period)
    return {
        "_id": identifier,
        "shape": shape.name,
        **{name: plain(value) for name, value in zip(shape.by, keys, strict=True)},
        "period": period,
        "part": BATCH,
        "slot": slot_of(identifier),
    }


def _rows(table: Any, keys: int) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """Yield (key values, other values) of each row of a table whose first `keys` columns are the key."""
    if table is None:
        return
    columns = [column.to_pylist() for column in table.columns]
    for row in zip(*columns, strict=True):
        yield row[:keys], row[keys:]
