"""The newest days of served marts, read from the serving store when pages ask for them."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dashboard.data.datasets import Loaded
from dashboard.data.frames import Frame, Value
from dashboard.errors import DashboardError
from lake.errors import CaudalError
from lake.model.answers import Reader, ReadResult, Selection
from lake.model.dashboard_rules.served import shapes_of
from lake.model.dashboards.fields import PROVISIONAL, Dataset
from lake.model.dashboards.visuals import Dashboard
from lake.model.serving import Lookup, Shape
from lake.model.spec import Domain

FRESH_SECONDS = 1.0
"""Rows at hand that are younger are shown again: several open pages ask the store once."""

PUBLISHED_FRESH_SECONDS = 60.0
"""The same for marts without running totals: batch alone writes them, and many requests may find them."""

KEPT = 64
"""Results that are kept at a time; filters with other values are asked for again."""

AT_A_TIME = 20
"""Keys whose documents one request finds: with two months of two parts below the Data API's 100 ids."""

Keys = Callable[[str], Sequence[str]]
"""Return the known values of a column, which documents are found by."""


@dataclass(frozen=True)
class LiveFrames:
    """The rows of one live dashboard with its filters."""

    loaded: Mapping[Dataset, Loaded]

    def get(self, dataset: Dataset) -> Loaded:
        """Return a dataset of the dashboard."""
        return self.loaded[dataset]


@dataclass
class Served:
    """The served marts of one domain. `connect` returns a reader and `keys` known values of a column."""

    domain: Domain
    connect: Callable[[], Reader]
    keys: Keys
    clock: Callable[[], float] = time.monotonic
    _reader: Reader | None = None
    _kept: dict[tuple[Dataset, tuple[str, ...], dt.date | None], tuple[float, Loaded]] = field(
        default_factory=dict
    )
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def frames(self, dashboard: Dashboard, values: Mapping[str, str]) -> LiveFrames:
        """Return the rows of a dashboard: those of a key alone, if documents are found by it.

        `values` are those of the set filters by their keys.
        """
        set_columns = {each.column: values.get(each.key, "") for each in dashboard.filters}
        found: dict[Dataset, Loaded] = {}
        wanted = dict.fromkeys(visual.dataset for visual in dashboard.visuals)
        with self._lock:
            # Those that are found as the newest documents say which days the others are asked for.
            for dataset in sorted(wanted, key=lambda each: self._lookup(each) is not Lookup.NEWEST):
                newest = max(
                    (f.days[-1] for each in found.values() if (f := each.frame) and f.days), default=None
                )
                found[dataset] = self._load(dataset, set_columns, newest)
        return LiveFrames(found)

    def _lookup(self, dataset: Dataset) -> Lookup:
        served = self.domain.collection(dataset.served).serves
        return next(each.lookup for each in served if each.question == dataset.question)

    def _load(self, dataset: Dataset, chosen: Mapping[str, str], newest: dt.date | None) -> Loaded:
        shapes = shapes_of(self.domain.collection(dataset.served), dataset.embed)
        shape = next((each for each in shapes if each.by and all(chosen.get(c) for c in each.by)), shapes[0])
        values = tuple(chosen[column] for column in shape.by if chosen.get(column))
        key = (dataset, values, None if self._lookup(dataset) is Lookup.NEWEST else newest)
        if key in self._kept and self.clock() < self._kept[key][0]:
            return self._kept[key][1]
        try:
            found = Loaded("", self._frame(dataset, shape, values, newest))
        except CaudalError as error:
            # The next page connects anew: the store may have another address by then.
            self._reader = None
            found = Loaded("", error=DashboardError(error.what, where=error.where, hint=error.hint))
        # Fresh from the answer on: a slow store is not asked again by each page that has waited for it.
        self._kept.pop(key, None)
        self._kept[key] = (self.clock() + self._fresh_seconds(dataset, found), found)
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return found

    def _fresh_seconds(self, dataset: Dataset, found: Loaded) -> float:
        """Return how long a result is shown again. An error is looked at again as soon as a stream is."""
        is_published_alone = not self.domain.collection(dataset.served).speed
        return PUBLISHED_FRESH_SECONDS if is_published_alone and not found.error else FRESH_SECONDS

    def _frame(
        self, dataset: Dataset, shape: Shape, values: tuple[str, ...], newest: dt.date | None
    ) -> Frame:
        names = (*shape.by, *shape.embedded(dataset.embed).columns, PROVISIONAL)
        columns: dict[str, list[Value]] = {name: [] for name in names}
        selections = self._selections(shape, values)
        for place in range(0, len(selections), AT_A_TIME):
            some = selections[place : place + AT_A_TIME]
            result = self._find(dataset, some, newest)
            if result is None:
                continue
            for selection in some:
                for name, value in _cells(result, selection, dataset, shape):
                    columns[name].append(value)
        return Frame(columns, dataset.date)

    def _selections(self, shape: Shape, values: tuple[str, ...]) -> list[Selection]:
        if not shape.by or values:
            return [Selection(shape=shape.name, keys=values)]
        return [Selection(shape=shape.name, keys=(value,)) for value in self.keys(shape.by[0])]

    def _find(
        self, dataset: Dataset, selections: Sequence[Selection], newest: dt.date | None
    ) -> ReadResult | None:
        if self._reader is None:
            self._reader = self.connect()
        if self._lookup(dataset) is Lookup.NEWEST:
            return self._reader.newest(dataset.served, selections, dataset.days, dataset.question)
        if newest is None:
            return None
        first = newest - dt.timedelta(days=dataset.days - 1)
        return self._reader.between(dataset.served, selections, first, newest, dataset.question)


def _cells(
    result: ReadResult, selection: Selection, dataset: Dataset, shape: Shape
) -> Iterator[tuple[str, Value]]:
    """Yield each cell of a selection's rows as (column, value)."""
    for row in result.rows(selection, dataset.embed):
        yield from row.values.items()
        yield from zip(shape.by, selection.keys, strict=True)
        yield PROVISIONAL, row.provisional
