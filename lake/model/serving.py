"""Serving declarations: the documents of a mart in the serving store, and the questions they answer.

A collection holds documents of one or more shapes. A document holds the rows of one period (a partition of
the mart: a month, a year, or the whole mart) that share the values of `by`. It either carries the `fields`
of one row, or embeds rows as small tables, so that a few documents cover a range of days:

    {"_id": "org|org_1|202508", "shape": "org", "org_id": "org_1", "period": 202508, "part": "batch",
     "slot": 51234, "hash": "9f2c…",
     "days": {"columns": ["usage_date", "service", "cost_usd"], "rows": [["2025-08-01", "compute", "1.50"]]}}

Rows are arrays because the Data API limits a document to 2,000 properties; array elements do not count.
Decimals are stored as text, which keeps them exact.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any
from urllib.parse import quote

from lake.errors import UnknownNameError
from lake.model.marts import Mart

Document = dict[str, Any]

BATCH = "batch"
SPEED = "speed"
SLOTS = 65_536
"""Number of slots. The `_id` of a document determines its slot; slots let a reader list a period in parts."""

OPEN_PERIODS = 2
"""Number of periods that can hold open days of a stream at the same time."""


class Lookup(Enum):
    """The way a question finds its documents: by their `_id`s, or as those of the newest periods."""

    BY_ID = "by id"
    NEWEST = "newest"


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """Rows inside a document: the columns `rows` identify a row, the columns `values` are its content.

    Where the shape leaves out a grain column, several rows of the mart become one and `values` are summed.
    `where` names a boolean column: only rows in which that column is true are embedded.
    """

    name: str
    rows: tuple[str, ...]
    values: tuple[str, ...]
    where: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.rows, *self.values)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One kind of document: one per period and distinct values of `by`; one per period if `by` is empty."""

    name: str
    by: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    embeds: tuple[Embedded, ...] = ()

    def embedded(self, name: str) -> Embedded:
        """Return an embedded table by name. Raises UnknownNameError."""
        for embed in self.embeds:
            if embed.name == name:
                return embed
        raise UnknownNameError("embedded table", name, [embed.name for embed in self.embeds])


@dataclass(frozen=True, kw_only=True)
class ServedQuestion:
    """A question that one request answers from the documents of `shapes` over at most `days` days."""

    question: int
    title: str
    shapes: tuple[str, ...]
    days: int
    lookup: Lookup = Lookup.BY_ID


@dataclass(frozen=True, kw_only=True)
class Collection:
    """The documents of one mart.

    - `cardinality`: column → the largest number of its distinct values within a period. Columns that
      identify embedded rows need one; for the mart's date column it is the number of days by default.
    - `text_bytes`: length of the longest text in any column, in bytes.
    - `history`: the largest number of periods that the collection ever keeps.
    - `speed`: a stream adds running totals of its open days, which the batch rows later replace.
    """

    mart: str
    description: str
    shapes: tuple[Shape, ...]
    serves: tuple[ServedQuestion, ...]
    cardinality: Mapping[str, int] = field(default_factory=dict)
    text_bytes: int = 100
    history: int = 240
    speed: bool = False

    def shape(self, name: str) -> Shape:
        """Return a shape by name. Raises UnknownNameError."""
        for shape in self.shapes:
            if shape.name == name:
                return shape
        raise UnknownNameError("shape", name, [shape.name for shape in self.shapes])

    @property
    def indexed(self) -> tuple[str, ...]:
        """The indexed properties: those that questions or the publisher filter or sort on."""
        keys = sorted({column for shape in self.shapes for column in shape.by})
        speed = ("until",) if self.speed else ()
        return (*keys, "period", "shape", "slot", *speed)

    def is_indexed(self, path: str) -> bool:
        """Return whether a dotted path of a document is indexed."""
        return path in self.indexed


def covers(shape: Shape, rows: Sequence[str], grain: Sequence[str]) -> bool:
    """Return whether `by` and `rows` identify one row of the mart: values are then copied, not summed."""
    return set(grain) <= {*shape.by, *rows}


def dated_embed(shape: Shape, mart: Mart) -> Embedded | None:
    """Return the embedded table that holds a stream's totals: the first whose rows have the mart's date."""
    return next((embed for embed in shape.embeds if mart.dated_by in embed.rows), None)


def document_id(shape: str, keys: Sequence[Any], period: int, part: str = BATCH) -> str:
    """Return the `_id` of a document: equal arguments give equal ids, different arguments different ids."""
    values = [quote(str(plain(value)), safe=" ") for value in keys]
    tail = (SPEED,) if part == SPEED else ()
    return "|".join([shape, *values, str(period), *tail])


def slot_of(identifier: str) -> int:
    """Return the slot of an `_id`, 0 to 65,535; slots are evenly filled."""
    return int.from_bytes(hashlib.sha256(identifier.encode()).digest()[:2], "big")


def period_number(year: int | None = None, month: int | None = None) -> int:
    """Return a partition of a mart as a sortable number: 202508, 2025, or 0 for a mart without partitions."""
    if year is None:
        return 0
    return year if month is None else year * 100 + month


def plain(value: Any) -> Any:
    """Return a mart's value as a document stores it: decimals, dates and timestamps as text."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def typed(kind: str, value: Any) -> Any:
    """Return the mart's value for a stored one, given the column's type; the inverse of `plain`."""
    if value is None:
        return None
    if kind.startswith("decimal"):
        return Decimal(value)
    if kind == "date":
        return dt.date.fromisoformat(value)
    if kind == "timestamp":
        return dt.datetime.fromisoformat(value)
    return value
