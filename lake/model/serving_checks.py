"""Validation of serving declarations: names, types, and the largest possible document and request."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from typing import Any

from lake.errors import CaudalError
from lake.model.columns import Column
from lake.model.data_api import LIMITS, violation
from lake.model.declaration import Declaration
from lake.model.marts import Mart, PartitionUnit
from lake.model.serving import (
    OPEN_PERIODS,
    Collection,
    Embedded,
    Lookup,
    ServedQuestion,
    Shape,
    covers,
    dated_embed,
    document_id,
    period_number,
)
from lake.naming import collection_name

_DAYS = {PartitionUnit.MONTH: 31, PartitionUnit.YEAR: 366, None: 0}
_SUMMABLE = ("int", "bigint", "decimal")


def periods_touched(partition_by: PartitionUnit | None, days: int) -> int:
    """Return the largest number of periods that a range of `days` days can touch."""
    if partition_by is None:
        return 1
    if partition_by is PartitionUnit.YEAR:
        return 1 + math.ceil((days - 1) / 365)
    starts = (dt.date(2001 + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1) for month in range(48))
    ends = ((start, start + dt.timedelta(days=days - 1)) for start in starts)
    return max((end.year - start.year) * 12 + end.month - start.month + 1 for start, end in ends)


def serving_problems(domain: Declaration) -> Iterator[str]:
    """Yield a sentence for each mistake in a domain's serving declarations."""
    if len(domain.serving) > LIMITS.collections:
        yield f"serving: {len(domain.serving)} collections, a database takes {LIMITS.collections}"
    marts = {mart.name: mart for mart in domain.marts}
    seen: set[str] = set()
    for collection in domain.serving:
        place = f"serving {collection.mart}"
        if collection.mart in seen:
            yield f"{place}: is declared twice"
        seen.add(collection.mart)
        mart = marts.get(collection.mart)
        if mart is None:
            yield f"{place}: there is no such mart"
            continue
        if not mart.grain:
            yield f"{place}: the mart has no grain, but a document embeds rows by key: give the mart a grain"
            continue
        try:
            collection_name(domain.name, mart.name)
        except CaudalError as error:
            yield f"{place}: {error}"
        found = list(_names(collection, mart))
        yield from (f"{place}: {problem}" for problem in (found or _sizes(collection, mart)))


# --- names and types


def _names(collection: Collection, mart: Mart) -> Iterator[str]:
    columns = {column.name: column for column in mart.columns}
    names = [shape.name for shape in collection.shapes]
    yield from (f"shape '{name}' is declared twice" for name in sorted(set(names)) if names.count(name) > 1)
    for shape in collection.shapes:
        yield from (f"shape {shape.name}: {problem}" for problem in _shape(shape, columns, mart))
    if not collection.serves:
        yield "answers no question"
    for served in collection.serves:
        yield from (
            f"question {served.question}: there is no shape '{name}'"
            for name in served.shapes
            if name not in names
        )
    if collection.speed and mart.dated_by is None:
        yield "has a speed view, but the mart has no date"
    elif collection.speed:
        yield from (f"shape {shape.name}: {p}" for shape in collection.shapes for p in _totals(shape, mart))


def _shape(shape: Shape, columns: dict[str, Column], mart: Mart) -> Iterator[str]:
    used = [*shape.by, *shape.fields]
    for embed in shape.embeds:
        used += [*embed.columns, *([embed.where] if embed.where else [])]
    yield from (f"column '{name}' is not in the mart" for name in used if name not in columns)
    yield from (
        f"column '{name}' is a list, which cannot be served"
        for name in used
        if name in columns and columns[name].type.startswith("array")
    )
    if not shape.fields and not shape.embeds:
        yield "holds nothing"
    if shape.fields and not covers(shape, (), mart.grain):
        yield f"fields need one row a document: 'by' must hold {', '.join(mart.grain)}"
    for embed in shape.embeds:
        yield from (f"{embed.name}: {problem}" for problem in _embed(shape, embed, columns, mart))


def _embed(shape: Shape, embed: Embedded, columns: dict[str, Column], mart: Mart) -> Iterator[str]:
    if embed.where and embed.where in columns and columns[embed.where].type != "boolean":
        yield f"'{embed.where}' is no boolean"
    if not covers(shape, embed.rows, mart.grain):
        yield from (
            f"column '{name}' would be summed, which its type {columns[name].type} does not allow"
            for name in embed.values
            if name in columns and not columns[name].type.startswith(_SUMMABLE)
        )


def _totals(shape: Shape, mart: Mart) -> Iterator[str]:
    """Yield the reasons why a stream's running totals cannot be written to a shape."""
    embed = dated_embed(shape, mart)
    if embed is None:
        yield f"has no place for the stream's totals: embed rows by '{mart.dated_by}', or remove speed=True"
    elif embed.where:
        yield (
            f"{embed.name}: the stream's totals have no '{embed.where}' to choose rows by: remove where, or "
            "speed=True"
        )


# --- sizes


def _sizes(collection: Collection, mart: Mart) -> Iterator[str]:
    for shape in collection.shapes:
        missing = [
            f"shape {shape.name}: cardinality of '{name}' is not declared"
            for embed in shape.embeds
            for name in embed.rows
            if _cardinality(collection, mart, name) == 0
        ]
        yield from missing
        if missing:
            continue
        for part, document in _largest(collection, mart, shape).items():
            found = violation(document, collection.is_indexed)
            if found:
                yield f"shape {shape.name}: the largest {part} document passes a limit: {found}"
    for served in collection.serves:
        yield from (f"question {served.question}: {p}" for p in _requests(collection, mart, served))


def _cardinality(collection: Collection, mart: Mart, column: str) -> int:
    declared = collection.cardinality.get(column, 0)
    return declared or (_DAYS[mart.partition_by] if column == mart.dated_by else 0)


def _largest(collection: Collection, mart: Mart, shape: Shape) -> dict[str, dict[str, Any]]:
    """Return the largest batch and speed document that the declared cardinalities allow.

    An array gets at most one row more than its limit, which is enough to exceed the limit.
    """
    columns = {column.name: column for column in mart.columns}
    widest = {name: _widest(column, collection.text_bytes) for name, column in columns.items()}
    keys = {name: widest[name] for name in shape.by}
    period = period_number(9999, 12)
    head: dict[str, Any] = {
        "_id": document_id(shape.name, list(keys.values()), period),
        "shape": shape.name,
        **keys,
        "period": period,
        "part": "batch",
        "slot": 65_535,
    }
    batch: dict[str, Any] = {**head, "hash": "f" * 64, **{name: widest[name] for name in shape.fields}}
    speed: dict[str, Any] = {**head, "until": 99_991_231}
    for embed in shape.embeds:
        sizes = [_cardinality(collection, mart, name) for name in embed.rows]
        rows = min(math.prod(sizes), LIMITS.array_items + 1)
        row = [widest[name] for name in embed.columns]
        batch[embed.name] = {"columns": list(embed.columns), "rows": [row] * rows}
        if mart.dated_by in embed.rows:
            days = _cardinality(collection, mart, str(mart.dated_by))
            totals = {str(day): {str(n): row for n in range(rows // days)} for day in range(days)}
            speed[embed.name] = {"columns": list(embed.columns), "totals": totals}
    return {"batch": batch, **({"speed": speed} if collection.speed else {})}


def _widest(column: Column, text_bytes: int) -> Any:
    if column.type.startswith("decimal"):
        return "-" + "9" * int(column.type[8:].split(",")[0]) + "."
    samples: dict[str, Any] = {
        "string": "x" * text_bytes,
        "int": -(2**31),
        "bigint": -(2**63),
        "boolean": False,
        "date": "9999-12-31",
        "timestamp": "9999-12-31T23:59:59.999999",
        "double": -1.7976931348623157e308,
    }
    return samples.get(column.type)


def _requests(collection: Collection, mart: Mart, served: ServedQuestion) -> Iterator[str]:
    """Yield the limits that a question exceeds: one page must hold all documents that the question reads."""
    periods = periods_touched(mart.partition_by, served.days)
    speed = OPEN_PERIODS if collection.speed else 0
    if served.lookup is Lookup.BY_ID:
        documents = len(served.shapes) * (periods + min(speed, periods))
        requested = len(served.shapes) * periods * (2 if speed else 1)
        if requested > LIMITS.in_values:
            yield f"requests {requested} documents by id, the limit is {LIMITS.in_values}"
    else:
        documents = len(served.shapes) * periods * (2 if speed else 1)
        read = len(served.shapes) * (collection.history + speed)
        if read > LIMITS.sorted_documents:
            yield f"sorts {read} documents, the limit is {LIMITS.sorted_documents}"
    if documents > LIMITS.page_documents:
        yield f"reads {documents} documents, one request returns {LIMITS.page_documents}"


def database_problems(domains: Iterable[Declaration]) -> list[str]:
    """Return the limits that the domains exceed together, as they share one database."""
    number = sum(len(domain.serving) for domain in domains)
    if number <= LIMITS.collections:
        return []
    return [f"{number} collections in all domains, a database takes {LIMITS.collections}"]
