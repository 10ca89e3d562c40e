"""How gold is served: which documents answer which question, declared per mart.

A collection holds documents of one or more shapes. A document is the rows of one period (a partition of
the mart: a month, a year, or all of it) that share the values of `by`. It either carries `fields` of
one row, or embeds rows as small tables, so that a whole range is a handful of documents:

    {"_id": "org|org_1|202508", "shape": "org", "org_id": "org_1", "period": 202508, "part": "batch",
     "slot": 51234, "hash": "9f2c…",
     "days": {"columns": ["usage_date", "service", "cost_usd"], "rows": [["2025-08-01", "compute", "1.50"]]}}

Rows are arrays because properties are scarce in the Data API (2,000 a document), arrays are not.
Decimals travel as text, which keeps them exact.
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

Document = dict[str, Any]

BATCH = "batch"
SPEED = "speed"
SLOTS = 65_536
"""Documents are spread over so many slots by their `_id`, so that any part of a period can be listed."""

OPEN_PERIODS = 2
"""Periods that can hold open days of a stream at one time."""


class Lookup(Enum):
    """How a question finds its documents: by their `_id`s, or as the newest ones by `period`."""

    BY_ID = "by id"
    NEWEST = "newest"


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """Rows inside a document. `rows` identify one, `values` are what it carries.

    Where several rows of the mart meet in one (the shape leaves out a grain column) values are summed.
    `where` names a boolean column: only rows for which it is true are embedded.
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
    """One kind of document: per period and distinct values of `by` (none: one document a period)."""

    name: str
    by: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    embeds: tuple[Embedded, ...] = ()

    def embedded(self, name: str) -> Embedded:
        for embed in self.embeds:
            if embed.name == name:
                return embed
        raise UnknownNameError("embedded table", name, [embed.name for embed in self.embeds])


@dataclass(frozen=True, kw_only=True)
class Served:
    """A question that one request answers: documents of `shapes` over at most `days` days."""

    question: int
    title: str
    shapes: tuple[str, ...]
    days: int
    lookup: Lookup = Lookup.BY_ID


@dataclass(frozen=True, kw_only=True)
class Collection:
    """The documents of one mart.

    - `cardinality`: most distinct values of a column within a period. Columns that identify embedded
      rows need one; the date of a mart has its days by itself.
    - `text_bytes`: longest text in any column, in bytes.
    - `history`: most periods that are ever kept.
    - `speed`: a stream adds running totals of its open days, which batch rows replace.
    """

    mart: str
    description: str
    shapes: tuple[Shape, ...]
    serves: tuple[Served, ...]
    cardinality: Mapping[str, int] = field(default_factory=dict)
    text_bytes: int = 100
    history: int = 240
    speed: bool = False

    def shape(self, name: str) -> Shape:
        for shape in self.shapes:
            if shape.name == name:
                return shape
        raise UnknownNameError("shape", name, [shape.name for shape in self.shapes])

    @property
    def indexed(self) -> tuple[str, ...]:
        """What questions and the publisher filter or sort on, and nothing else."""
        keys = sorted({column for shape in self.shapes for column in shape.by})
        speed = ("until",) if self.speed else ()
        return (*keys, "period", "shape", "slot", *speed)

    def is_indexed(self, path: str) -> bool:
        """Whether a dotted path of a document is indexed."""
        return path in self.indexed


def covers(shape: Shape, rows: Sequence[str], grain: Sequence[str]) -> bool:
    """Whether `by` and `rows` identify one row of the mart, so that values are copied and not summed."""
    return set(grain) <= {*shape.by, *rows}


def document_id(shape: str, keys: Sequence[Any], period: int, part: str = BATCH) -> str:
    """The `_id` of a document: the same content always has the same, different content never."""
    values = [quote(str(plain(value)), safe=" ") for value in keys]
    tail = (SPEED,) if part == SPEED else ()
    return "|".join([shape, *values, str(period), *tail])


def slot_of(identifier: str) -> int:
    """The slot of an `_id`, 0 to 65,535, evenly spread."""
    return int.from_bytes(hashlib.sha256(identifier.encode()).digest()[:2], "big")


def period_number(year: int | None = None, month: int | None = None) -> int:
    """A partition of a mart as a sortable number: 202508, 2025, or 0 for a mart without partitions."""
    if year is None:
        return 0
    return year if month is None else year * 100 + month


def plain(value: Any) -> Any:
    """A value of a mart as it lies in a document: decimals, dates and timestamps as text."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def typed(kind: str, value: Any) -> Any:
    """The opposite of `plain`, given the column's type."""
    if value is None:
        return None
    if kind.startswith("decimal"):
        return Decimal(value)
    if kind == "date":
        return dt.date.fromisoformat(value)
    if kind == "timestamp":
        return dt.datetime.fromisoformat(value)
    return value
