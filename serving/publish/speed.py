"""The speed view: running totals of a stream's open days, beside what batch has published.

A speed document holds, per day, the newest total of each row. A total is set, never added to, so a
micro-batch that is replayed changes nothing. Batch truth of a day wins over it: readers ignore days
that batch holds, and the publisher deletes documents all of whose days it has published.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from lake.model.serving import (
    SPEED,
    Collection,
    Document,
    Embedded,
    Shape,
    document_id,
    period_number,
    plain,
    slot_of,
)
from lake.model.spec import Every, Mart
from serving.client.errors import PublishingError
from serving.client.requests import Requests


@dataclass(frozen=True, kw_only=True)
class SpeedView:
    """Writes the totals of one collection with at most `concurrency` requests at a time."""

    mart: Mart
    collection: Collection
    requests: Requests
    concurrency: int = 8

    def upsert(self, shape_name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Set the totals of `rows`; the number of documents written, one request each.

        A row holds the shape's `by`, the columns that identify an embedded row, and values so far; a
        value it lacks is null. Rows must be totals at the shape's grain: overall totals are summed by
        the caller. Raises PublishingError when the collection has no speed view.
        """
        shape = self.collection.shape(shape_name)
        embed = self._embedded(shape)
        grouped: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
        for row in rows:
            keys = tuple(row[name] for name in shape.by)
            grouped.setdefault((*keys, self._period(row)), []).append(row)
        updates = [self._update(shape, embed, keys[:-1], keys[-1], group) for keys, group in grouped.items()]
        with ThreadPoolExecutor(self.concurrency) as pool:
            for answer in [pool.submit(self.requests.send, update) for update in updates]:
                answer.result()
        return len(updates)

    def _embedded(self, shape: Shape) -> Embedded:
        dated = [embed for embed in shape.embeds if self.mart.dated_by in embed.rows]
        if not self.collection.speed or not dated:
            raise PublishingError(
                f"shape '{shape.name}' has no speed view.",
                where=f"collection of {self.collection.mart}",
                hint="Declare speed=True and embed rows by the mart's date.",
            )
        return dated[0]

    def _day(self, row: Mapping[str, Any]) -> dt.date:
        day: dt.date = row[str(self.mart.dated_by)]
        return day

    def _period(self, row: Mapping[str, Any]) -> int:
        day = self._day(row)
        if self.mart.every is Every.MONTH:
            return period_number(day.year, day.month)
        return period_number(day.year) if self.mart.every is Every.YEAR else period_number()

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
            path = ".".join([self._day(row).isoformat(), *map(safe_name, others)])
            changed[f"{embed.name}.totals.{path}"] = [plain(row.get(name)) for name in embed.columns]
        return {
            "updateOne": {
                "filter": {"_id": identifier},
                "update": {"$set": changed},
                "options": {"upsert": True},
            }
        }


def safe_name(value: Any) -> str:
    """A value as a property name of the Data API, in which dots and dollars have a meaning."""
    return re.sub(r"[^A-Za-z0-9-]", lambda match: "".join(f"_{b:02x}" for b in match[0].encode()), str(value))
