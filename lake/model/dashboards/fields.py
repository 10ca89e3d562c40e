"""Fields of visuals: the tables that they read, the values that they compute, the groups that they show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Format(Enum):
    """How a number is shown. The exact value stays available in tables and downloads."""

    DOLLARS = "dollars"
    """US dollars, shortened: $ 68.7 k."""
    PRICE = "price"
    """US dollars with cents: $ 139.42."""
    COUNT = "count"
    """Whole numbers: 1,703, shortened from a million on."""
    NUMBER = "number"
    """One decimal place, shortened from ten thousand on: 12.5 k."""
    SCORE = "score"
    """A place on a fixed scale, with one decimal place: 4.2, −12.5."""
    PERCENT = "percent"
    """A fraction as percent: 0.126 is 12.6 %."""
    SECONDS = "seconds"
    """A duration: 41 s, 3.2 min."""

    @property
    def changes_by_points(self) -> bool:
        """Whether a change is the difference of two numbers, and not its part of the first."""
        return self in (Format.PERCENT, Format.SCORE)


class Aggregation(Enum):
    """How the rows of a group become one number."""

    SUM = "sum"
    ROWS = "rows"
    PRESENT = "present"
    DISTINCT = "distinct"
    RATIO = "ratio"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One number of a group of rows, computed in exact decimals and rounded once for display.

    - `column`: summed or counted column; empty for ROWS and RATIO. PRESENT counts the rows that have a value.
    - `only`: (column, value, …): rows with other values count as 0.
    - `parts`: numerator and denominator of a RATIO, both aggregated first. `factor` multiplies the first.

    Where no row contributes, a sum or ratio is missing and a count is 0.
    """

    label: str
    aggregation: Aggregation
    format: Format
    column: str = ""
    only: tuple[str, ...] | None = None
    parts: tuple[Measure, ...] = ()
    factor: int = 1

    def columns(self) -> Iterator[str]:
        """Yield the columns that the measure reads."""
        if self.column:
            yield self.column
        if self.only:
            yield self.only[0]
        for part in self.parts:
            yield from part.columns()


def total(column: str, label: str, format: Format, *, only: tuple[str, ...] | None = None) -> Measure:
    """Return the sum of a column."""
    return Measure(label=label, aggregation=Aggregation.SUM, column=column, format=format, only=only)


def rows(label: str, *, only: tuple[str, ...] | None = None) -> Measure:
    """Return the number of rows."""
    return Measure(label=label, aggregation=Aggregation.ROWS, format=Format.COUNT, only=only)


def present(column: str, label: str) -> Measure:
    """Return the number of rows that have a value in a column."""
    return Measure(label=label, aggregation=Aggregation.PRESENT, column=column, format=Format.COUNT)


def distinct(column: str, label: str) -> Measure:
    """Return the number of different values of a column; null is no value."""
    return Measure(label=label, aggregation=Aggregation.DISTINCT, column=column, format=Format.COUNT)


def ratio(of: Measure, over: Measure, label: str, format: Format, *, factor: int = 1) -> Measure:
    """Return `of` × `factor` ÷ `over`, both aggregated first; missing where `over` is 0."""
    return Measure(label=label, aggregation=Aggregation.RATIO, parts=(of, over), format=format, factor=factor)


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """A column by which rows are grouped.

    `names` are (value, shown text); a value without a name is shown as it is, null as `missing`.
    `ordered`: groups come in the order of `names`, or else of their values, and not by size.
    `hidden`: a table groups by the column without showing it. `is_month`: the dates are months. `has_time`:
    the values are points of time; without it, they are shown and grouped as days.
    """

    column: str
    label: str
    names: tuple[tuple[str, str], ...] = ()
    ordered: bool = False
    missing: str = "Unknown"
    hidden: bool = False
    is_month: bool = False
    has_time: bool = False

    def shown(self, value: object) -> str:
        """Return the text for a value."""
        if value is None:
            return self.missing
        return dict(self.names).get(str(value), str(value))


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A table of gold, the rows of a named query, or rows of a mart in the serving store.

    - `date` is the column that dates a row; without one, the rows belong to no month.
    - `served` names a mart, `embed` the embedded table that holds its rows in documents. They are found as
      `question` finds its documents, over at most `days` days up to the newest.
    """

    table: str = ""
    query: str = ""
    served: str = ""
    embed: str = ""
    question: int = 0
    days: int = 0
    date: str = ""

    @property
    def name(self) -> str:
        """The table's, query's or mart's name."""
        return self.table or self.query or self.served


def gold(table: str, date: str = "") -> Dataset:
    """Return a table of gold."""
    return Dataset(table=table, date=date)


def named_query(query: str, date: str = "") -> Dataset:
    """Return the rows of a named query."""
    return Dataset(query=query, date=date)


PROVISIONAL = "provisional"
"""Column of served rows: whether a row is a running total of a stream, which batch has not replaced yet."""

IS_PROVISIONAL = (PROVISIONAL, "true")
"""The rows of open days, as `only` names them."""


def served(mart: str, *, embed: str, question: int, days: int, date: str) -> Dataset:
    """Return the newest days of a mart in the serving store, with the column PROVISIONAL."""
    return Dataset(served=mart, embed=embed, question=question, days=days, date=date)


class Unit(Enum):
    """The unit of a period, and of the points of a trend."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Period:
    """Rows that a visual reads: the last `number` days or months up to the chosen month.

    The chosen month is by default the newest with data in the dataset. `number` 0 means all rows.
    """

    number: int
    unit: Unit


THIS_MONTH = Period(1, Unit.MONTH)
LAST_YEAR = Period(12, Unit.MONTH)
ALL_TIME = Period(0, Unit.MONTH)


def last_months(number: int) -> Period:
    """Return the period of the chosen month and those before it."""
    return Period(number, Unit.MONTH)


def last_days(number: int) -> Period:
    """Return the period of the last days with data, up to the end of the chosen month."""
    return Period(number, Unit.DAY)
