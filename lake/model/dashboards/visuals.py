"""Visuals, sheets and dashboards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from lake.model.dashboards.fields import (
    LAST_YEAR,
    THIS_MONTH,
    Dataset,
    Dimension,
    Measure,
    Period,
    Unit,
)


class Better(Enum):
    """The direction in which a number improves."""

    MORE = "more"
    LESS = "less"
    NEITHER = "neither"


class Mark(Enum):
    """The shape of a trend."""

    LINE = "line"
    BAR = "bar"
    STACKED = "stacked"


@dataclass(frozen=True, kw_only=True)
class Visual:
    """Part of every visual.

    - `key`: names the visual in addresses; unique in its dashboard.
    - `title`: the question that it answers. `unit`: unit and definition of its numbers.
    - `only`: (column, value, …): rows of the dataset with other values are left out.
    - `width`: columns of twelve on a wide screen.
    """

    key: str
    title: str
    unit: str
    dataset: Dataset
    period: Period = THIS_MONTH
    only: tuple[str, ...] | None = None
    width: int = 6

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The columns by which the visual groups rows."""
        return ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The numbers of each group."""
        return ()

    def columns(self) -> Iterator[str]:
        """Yield the columns of the dataset that the visual reads."""
        if self.dataset.date:
            yield self.dataset.date
        if self.only:
            yield self.only[0]
        for dimension in self.dimensions:
            yield dimension.column
        for measure in self.measures:
            yield from measure.columns()


@dataclass(frozen=True, kw_only=True)
class Kpi(Visual):
    """One number of the chosen month, its change to the month before, and the months before as a line.

    Over another period than a month, the number stands alone. `words` say in sentences that the number is
    larger or smaller.
    """

    value: Measure
    better: Better = Better.MORE
    words: tuple[str, str] = ("more", "less")
    width: int = 3

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.value,)


@dataclass(frozen=True, kw_only=True)
class Trend(Visual):
    """A number over time; with `by`, one for each group, of which the largest `most` are shown singly.

    `outlined`: (column, value, …): marks with such rows are drawn as outlines, and named so.
    """

    value: Measure
    unit_of_time: Unit = Unit.MONTH
    mark: Mark = Mark.BAR
    by: Dimension | None = None
    most: int = 4
    outlined: tuple[str, ...] | None = None
    period: Period = LAST_YEAR
    width: int = 8

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return (self.by,) if self.by else ()

    def columns(self) -> Iterator[str]:
        yield from super().columns()
        if self.outlined:
            yield self.outlined[0]

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.value,)


@dataclass(frozen=True, kw_only=True)
class Shares(Visual):
    """The share of each group in the whole, with a second number and its change."""

    by: Dimension
    value: Measure
    also: Measure
    width: int = 4

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return (self.by,)

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.value, self.also)


@dataclass(frozen=True, kw_only=True)
class Bars(Visual):
    """The largest groups as bars. With `compares` the month before is marked, and the change shown.

    Two `values` stand below each other. `as_shares` shows each as its share in the whole.
    """

    by: Dimension
    values: tuple[Measure, ...]
    most: int = 10
    compares: bool = False
    as_shares: bool = False
    width: int = 5

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return (self.by,)

    @property
    def measures(self) -> tuple[Measure, ...]:
        return self.values


@dataclass(frozen=True, kw_only=True)
class Heatmap(Visual):
    """A number for each pair of two groups, coloured by size; with `shows_values` also written, with totals.

    The largest `most` rows are shown.
    """

    rows: Dimension
    columns_by: Dimension
    value: Measure
    shows_values: bool = False
    most: int = 12
    width: int = 7

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return (self.rows, self.columns_by)

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.value,)


@dataclass(frozen=True, kw_only=True)
class Funnel(Visual):
    """Steps in the order of their names, with what is lost between two; the largest loss is marked."""

    steps: Dimension
    value: Measure

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return (self.steps,)

    @property
    def measures(self) -> tuple[Measure, ...]:
        return (self.value,)


@dataclass(frozen=True, kw_only=True)
class Table(Visual):
    """Rows of groups and their numbers, by `sort`, the label of a measure or dimension, downwards.

    - `bar`: label of the measure that is drawn as a bar. `changes`: labels of measures that show their
      change to the month before, coloured by `better`.
    """

    by: tuple[Dimension, ...]
    values: tuple[Measure, ...]
    sort: str
    most: int = 10
    bar: str = ""
    changes: tuple[str, ...] = ()
    better: Better = Better.MORE
    width: int = 7

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return self.by

    @property
    def measures(self) -> tuple[Measure, ...]:
        return self.values


@dataclass(frozen=True, kw_only=True)
class Text:
    """A paragraph that explains what stands beside it."""

    key: str
    title: str
    text: str
    width: int = 4


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A filter of a dashboard. It applies to the visuals whose dataset has `column`.

    `key` names it in addresses. The filter without a column chooses the month.
    """

    key: str
    label: str
    column: str = ""


MONTH = Filter(key="month", label="Month")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Visuals that stand together."""

    title: str
    visuals: tuple[Visual | Text, ...]


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """Sheets under one title.

    - `key`: names it in addresses; unique in its domain.
    - `headline`: a sentence with the answer. `{kpi}` is a visual's number, `{kpi.change}` its change in
      words, `{month}` and `{month_before}` the months. `first_headline` is used in the first month.
    - `leads`: the pages begin with its domain.
    - `is_live`: its rows come from the serving store, and the page follows them.
    """

    key: str
    title: str
    headline: str
    first_headline: str
    sheets: tuple[Sheet, ...]
    filters: tuple[Filter, ...] = (MONTH,)
    is_live: bool = False
    leads: bool = False

    @property
    def visuals(self) -> tuple[Visual, ...]:
        """The visuals of all sheets, texts aside."""
        return tuple(each for sheet in self.sheets for each in sheet.visuals if isinstance(each, Visual))

    def visual(self, key: str) -> Visual | None:
        """Return a visual by key, None if there is none."""
        return next((each for each in self.visuals if each.key == key), None)
