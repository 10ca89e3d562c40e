"""Rows of a dataset, held by column with exact values."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from dashboard.periods import Range, first_of

Value = str | int | bool | Decimal | dt.date | None
Rows = Sequence[int]
"""Positions of rows in a frame."""


def parser(kind: str) -> Callable[[str], Value]:
    """Return the function that reads a text of Athena's result as a value of a type.

    Timestamps become their day; `Frame.of_text` keeps the time in a column of its own.
    """
    if kind in ("tinyint", "smallint", "integer", "int", "bigint"):
        return int
    if kind.startswith("decimal") or kind in ("double", "float", "real"):
        return Decimal
    if kind == "boolean":
        return lambda text: text == "true"
    if kind == "date" or kind.startswith("timestamp"):
        return lambda text: dt.date.fromisoformat(text[:10])
    return str


def time_column(name: str) -> str:
    """Return the name of the column that holds the times of a column, which itself holds their days."""
    return f"{name} (time)"


def _moment(text: str) -> dt.datetime:
    """Return a point of time, to the second; gold's are in UTC."""
    return dt.datetime.fromisoformat(text[:19])


@dataclass(frozen=True)
class Frame:
    """Columns of equal length; `date` names the column that dates a row, "" if none does."""

    columns: Mapping[str, Sequence[Value]]
    date: str = ""

    @classmethod
    def of_text(
        cls, names: Sequence[str], kinds: Sequence[str], lines: Iterable[Sequence[str]], date: str
    ) -> Frame:
        """Return a frame of texts, in which nothing stands for null.

        Equal texts of a column share one value: most columns repeat few of them.
        """
        found: list[list[Value]] = [[] for _ in names]
        known: list[dict[str, Value]] = [{"": None} for _ in names]
        parsers = [parser(kind) for kind in kinds]
        times = [place for place, kind in enumerate(kinds) if kind.startswith("timestamp")]
        parsers += [_moment] * len(times)
        found += [[] for _ in times]
        known += [{"": None} for _ in times]
        for line in lines:
            for place, text in enumerate((*line, *(line[place] for place in times))):
                values = known[place]
                if text not in values:
                    values[text] = parsers[place](text)
                found[place].append(values[text])
        every = (*names, *(time_column(names[place]) for place in times))
        return cls(dict(zip(every, found, strict=True)), date)

    @cached_property
    def size(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values()), ()))

    @cached_property
    def by_day(self) -> Mapping[dt.date, list[int]]:
        """Day → its rows, days in order. Rows without a date have none."""
        days: dict[dt.date, list[int]] = defaultdict(list)
        for place, day in enumerate(self.columns.get(self.date, ())):
            if isinstance(day, dt.date):
                days[day].append(place)
        return dict(sorted(days.items()))

    @cached_property
    def days(self) -> Sequence[dt.date]:
        """The days with rows, in order."""
        return list(self.by_day)

    @cached_property
    def months(self) -> Sequence[dt.date]:
        """The months with rows, in order."""
        return sorted({first_of(day) for day in self.days})

    def newest(self, until: dt.date) -> dt.date | None:
        """Return the last day with rows up to `until`."""
        place = bisect_right(self.days, until)
        return self.days[place - 1] if place else None

    def between(self, days: Range) -> Rows:
        """Return the rows of a range of days; all rows of a frame without dates."""
        if not self.date:
            return range(self.size)
        first, last = days
        return [place for day in self.days if first <= day <= last for place in self.by_day[day]]

    def only(self, rows: Rows, column: str, *texts: str) -> Rows:
        """Return those of `rows` whose column has a value with one of the texts; null has no text."""
        values = self.columns[column]
        return [place for place in rows if (value := values[place]) is not None and as_text(value) in texts]

    def groups(self, rows: Rows, columns: Sequence[str]) -> dict[tuple[Value, ...], list[int]]:
        """Return the rows by their values in `columns`, in the order of their first row."""
        found: dict[tuple[Value, ...], list[int]] = defaultdict(list)
        chosen = [self.columns[name] for name in columns]
        for place in rows:
            found[tuple(values[place] for values in chosen)].append(place)
        return dict(found)

    def values(self, column: str) -> list[str]:
        """Return the different texts of a column, sorted."""
        return sorted({as_text(value) for value in self.columns.get(column, ()) if value is not None})


def as_text(value: Value) -> str:
    """Return a value as filters and declarations spell it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date) else str(value)
