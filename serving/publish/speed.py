"""The speed view: running totals of a stream's open days, beside the published batch rows.

A speed document holds, per day, the newest total of each row. A total is set, never added to, so a
replayed micro-batch changes nothing. Readers ignore the totals of a day that batch has published, and
the publisher deletes a speed document once it has published all days in it.

A document over a limit of the store is refused and counted; the others are written.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from lake.model.data_api import violation
from lake.model.serving import (
    SPEED,
    Collection,
    Document,
    Embedded,
    Shape,
    dated_embed,
    document_id,
    period_number,
    plain,
    slot_of,
)
from lake.model.spec import Mart, PartitionUnit
from serving.client.errors import RefusedError
from serving.client.requests import Requests
from serving.publish.errors import PublishingError

_DOCUMENT_CODES = "SHRED_"
"""Beginning of the store's error codes about a single document."""


@dataclass(frozen=True, kw_only=True)
class SpeedView:
    """Writes the running totals of one collection, with at most `concurrency` requests at a time."""

    mart: Mart
    collection: Collection
    requests: Requests
    concurrency: int = 8
    refused: dict[str, str] = field(default_factory=dict)
    """`_id` of each document over a limit of the store → the reason. It stays in the store as it was."""

    def upsert(self, shape_name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Set the totals of `rows`, one request per document, and return the number of documents written.

        A row holds the shape's `by` columns, the columns that identify an embedded row, and the totals so
        far; a missing total is written as null. Rows have the shape's grain: the caller sums overall
        totals. Raises PublishingError when the collection has no speed view, and the errors of
        `Requests.send`.
        """
        shape = self.collection.shape(shape_name)
        embed = self.embedded(shape)
        grouped: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
        for row in rows:
            keys = tuple(row[name] for name in shape.by)
            grouped.setdefault((*keys, self._period(row)), []).append(row)
        updates = [self._update(shape, embed, keys[:-1], keys[-1], group) for keys, group in grouped.items()]
        with ThreadPoolExecutor(self.concurrency) as pool:
            return sum(pool.map(self._send, updates))

    def clear(self) -> None:
        """Delete all speed documents of the collection; only they have `until`."""
        while self.requests.send({"deleteMany": {"filter": {"until": {"$gt": 0}}}})["status"].get("moreData"):
            pass

    def _send(self, update: Document) -> bool:
        """Update one document, and return whether it was written; if not, it is in `refused`."""
        inner = update["updateOne"]
        identifier = inner["filter"]["_id"]
        document = {"_id": identifier, **_nested(inner["update"]["$set"])}
        reason = violation(document, self.collection.is_indexed)
        if reason is None:
            try:
                self.requests.send(update)
            except RefusedError as error:
                # The document may have grown over a limit with the days that it had before.
                if not error.code.startswith(_DOCUMENT_CODES):
                    raise
                reason = error.what
        if reason is not None:
            self.refused[identifier] = reason
        return reason is None

    def embedded(self, shape: Shape) -> Embedded:
        """Return the embedded table that holds the totals. Raises PublishingError without a speed view."""
        embed = dated_embed(shape, self.mart)
        if not self.collection.speed or embed is None:
            raise PublishingError(
                f"shape '{shape.name}' has no speed view.",
                where=f"collection of {self.collection.mart}",
                hint="Declare speed=True and embed rows by the mart's date.",
            )
        return embed

    def _day(self, row: Mapping[str, Any]) -> dt.date:
        day: dt.date = row[str(self.mart.dated_by)]
        return day

    def _period(self, row: Mapping[str, Any]) -> int:
        day = self._day(row)
        if self.mart.partition_by is PartitionUnit.MONTH:
            return period_number(day.year, day.month)
        return period_number(day.year) if self.mart.partition_by is PartitionUnit.YEAR else period_number()

    def _update(
        self,
        shape: Shape,
        embed: Embedded,
        keys: Sequence[Any],
        period: int,
        rows: Sequence[Mapping[str, Any]],
    ) -> Document:
        identifier = document_id(shape.name, keys, period, SPEED)
        newest = max(self._day(row) for row in rows)
        changed: Document = {
            "shape": shape.name,
            **{name: plain(value) for name, value in zip(shape.by, keys, strict=True)},
            "period": period,
            "part": SPEED,
            "slot": slot_of(identifier),
            "until": newest.year * 10_000 + newest.month * 100 + newest.day,
            f"{embed.name}.columns": list(embed.columns),
        }
        for row in rows:
            others = (plain(row[name]) for name in embed.rows if name != self.mart.dated_by)
            path = ".".join([self._day(row).isoformat(), *map(property_name, others)])
            changed[f"{embed.name}.totals.{path}"] = [plain(row.get(name)) for name in embed.columns]
        return {
            "updateOne": {
                "filter": {"_id": identifier},
                "update": {"$set": changed},
                "options": {"upsert": True},
            }
        }


def _nested(changed: Mapping[str, Any]) -> Document:
    """Return the document that an update of dotted paths makes of an empty one."""
    document: Document = {}
    for path, value in changed.items():
        *folders, name = path.split(".")
        place = document
        for folder in folders:
            place = place.setdefault(folder, {})
        place[name] = value
    return document


def property_name(value: Any) -> str:
    """Return a value as a property name of the Data API, which reads dots and dollars as operators.

    Every byte but letters, digits and hyphens becomes `_` and two hexadecimal digits.
    """
    return re.sub(r"[^A-Za-z0-9-]", lambda match: "".join(f"_{b:02x}" for b in match[0].encode()), str(value))
