"""Sinks for the totals of the speed view: one file per day, and documents of the serving store."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from glue_jobs.runtime.store import ObjectStore
from glue_jobs.streaming.speed import DAY, EVENTS, Total
from lake import naming
from lake.files.parquet import COMPRESSION
from lake.model.spec import Table

if TYPE_CHECKING:
    from lake.model.serving import Embedded, Shape
    from serving.publish.speed import SpeedView

_ARROW_TYPES = {
    "string": pa.string(), "int": pa.int32(), "bigint": pa.int64(), "boolean": pa.bool_(),
    "date": pa.date32(), "timestamp": pa.timestamp("us", tz="UTC"), "double": pa.float64(),
}  # fmt: skip


def _arrow_type(declared: str, *, summed: bool = False) -> pa.DataType:
    match = re.fullmatch(r"decimal\((\d+),(\d+)\)", declared)
    if match:
        # Spark's sum of a decimal has ten digits more.
        digits = min(38, int(match[1]) + 10) if summed else int(match[1])
        return pa.decimal128(digits, int(match[2]))
    return pa.int64() if summed and declared == "int" else _ARROW_TYPES[declared]


class SpeedFiles:
    """One Parquet object per day with the newest totals. An object is replaced atomically."""

    def __init__(self, store: ObjectStore, bucket: str, domain: str, table: Table) -> None:
        self._store = store
        self._bucket = bucket
        self._prefix = naming.speed_prefix(domain, table.name)
        stream = table.stream
        by = stream.totals_by if stream else ()
        totals = stream.totals if stream else ()
        self._grain = (DAY, *by)
        self._schema = pa.schema(
            [
                (DAY, pa.date32()),
                *((name, _arrow_type(table.by_name[name].type)) for name in by),
                (EVENTS, pa.int64()),
                *((name, _arrow_type(table.by_name[name].type, summed=True)) for name in totals),
            ]
        )

    def upsert(self, rows: Sequence[Total]) -> None:
        """Set totals. Costs one read and one write per day of `rows`."""
        by_day: dict[date, list[Total]] = defaultdict(list)
        for row in rows:
            by_day[row[DAY]].append(row)
        for day, changed in by_day.items():
            totals = {self._key(row): row for row in [*self.read([day]), *changed]}
            body = io.BytesIO()
            pq.write_table(
                pa.Table.from_pylist(list(totals.values()), self._schema), body, compression=COMPRESSION
            )
            self._store.write(self._bucket, self._object(day), body.getvalue())

    @property
    def refused(self) -> Mapping[str, str]:
        """Files refuse nothing."""
        return {}

    def read(self, days: Iterable[date]) -> list[Total]:
        """Return all totals of some days."""
        totals: list[Total] = []
        for day in days:
            try:
                body = self._store.read(self._bucket, self._object(day))
            except FileNotFoundError:
                # No event of that day so far.
                continue
            totals += pq.read_table(io.BytesIO(body), partitioning=None).to_pylist()
        return totals

    def clear(self) -> None:
        """Delete all totals."""
        keys = [item.key for item in self._store.list(self._bucket, self._prefix)]
        self._store.delete(self._bucket, keys)

    def _key(self, row: Total) -> tuple[Any, ...]:
        return tuple(row[name] for name in self._grain)

    def _object(self, day: date) -> str:
        return f"{self._prefix}{DAY}={day.isoformat()}/totals.parquet"


@dataclass(frozen=True, kw_only=True)
class ServedTotals:
    """Sink that writes totals to files and to the served mart's documents.

    A row of the mart may combine several totals, and a micro-batch may change only some of them. So
    `build` makes the mart's rows for each changed day from all totals of that day.
    """

    files: SpeedFiles
    view: SpeedView
    build: Callable[[Iterable[Total]], Iterable[Mapping[str, Any]]]

    def upsert(self, rows: Sequence[Total]) -> None:
        """Set totals in the files, then in every shape of the mart's documents."""
        self.files.upsert(rows)
        served = list(self.build(self.files.read(sorted({row[DAY] for row in rows}))))
        for shape in self.view.collection.shapes:
            self.view.upsert(shape.name, sum_to_shape(served, shape, self.view.embedded(shape)))

    def clear(self) -> None:
        """Delete all totals: the documents first, so that a run that dies here deletes them again."""
        self.view.clear()
        self.files.clear()

    @property
    def refused(self) -> Mapping[str, str]:
        """The documents that the serving store refuses."""
        return self.view.refused


def sum_to_shape(rows: Iterable[Mapping[str, Any]], shape: Shape, embed: Embedded) -> list[dict[str, Any]]:
    """Sum rows of a mart to the grain of one of a shape's embedded tables.

    A shape without keys has one total over all rows of a day.
    """
    grain = (*shape.by, *embed.rows)
    totals: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        total = totals.setdefault(tuple(row[name] for name in grain), {name: row[name] for name in grain})
        for name in embed.values:
            total[name] = add_nullable(total.get(name), row[name])
    return list(totals.values())


def add_nullable(left: Decimal | int | None, right: Decimal | int | None) -> Decimal | int | None:
    """Return the sum of both values. Null counts as 0, but the sum of two nulls is null."""
    if left is None or right is None:
        return right if left is None else left
    return left + right
