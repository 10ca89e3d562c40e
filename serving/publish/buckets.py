"""Rows of a mart, split by document into parts that fit into memory, whatever the mart's size.

A mart is read once, in batches. Each shape's rows go to the bucket of their document's slot; with more
than one bucket they are written to files. A shape without `by` makes one document, whose sums are kept
small while reading. Nothing is written to the store before all of this has succeeded.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lake.model.serving import SLOTS, Collection, Embedded, Shape, covers, document_id, slot_of
from lake.model.spec import Mart
from serving.client.errors import InvalidKeyError

ROWS = 10_000
"""Rows that a bucket holds on average."""
MOST = 512
"""Buckets at most: each is an open file while the mart is read."""
PENDING = 50_000
"""Rows of one document's sums that are gathered before they are summed again."""


def bucket_count(rows: int, size: int = ROWS) -> int:
    return max(1, min(MOST, math.ceil(rows / size)))


def slot_range(bucket: int, buckets: int) -> tuple[int, int]:
    """First and last slot of a bucket."""
    return -(-bucket * SLOTS // buckets), -(-(bucket + 1) * SLOTS // buckets) - 1


def needed_columns(collection: Collection, mart: Mart) -> list[str]:
    """Columns of the mart that its documents are made of, in the mart's order."""
    used = {*mart.grain, *([mart.dated_by] if mart.dated_by else [])}
    for shape in collection.shapes:
        used |= set(_columns(shape, mart))
    return [column.name for column in mart.columns if column.name in used]


def _columns(shape: Shape, mart: Mart) -> list[str]:
    used = {*shape.by, *shape.fields}
    for embed in shape.embeds:
        used |= {*embed.columns, *([embed.where] if embed.where else [])}
        if covers(shape, embed.rows, mart.grain):
            used |= set(mart.grain)
    return [column.name for column in mart.columns if column.name in used]


@dataclass
class Buckets:
    """The rows of one period of a mart. `fill` reads them, `tables` gives them back by bucket."""

    collection: Collection
    mart: Mart
    period: int
    count: int
    scratch: Path
    rows: int = 0
    newest: Any = None
    """Newest date of the mart's own date column."""
    _sums: dict[tuple[str, str], list[pa.Table]] = field(default_factory=lambda: defaultdict(list))
    _held: dict[tuple[str, int], list[pa.RecordBatch]] = field(default_factory=lambda: defaultdict(list))
    _files: dict[tuple[str, int], pa.ipc.RecordBatchStreamWriter] = field(default_factory=dict)

    def fill(self, batches: Iterable[pa.RecordBatch]) -> None:
        """Read all rows. Raises InvalidKeyError for a null in a key and for two rows with one key."""
        for batch in batches:
            self.rows += batch.num_rows
            self._check_nulls(batch)
            self._note_newest(batch)
            for shape in self.collection.shapes:
                self._split(shape, batch.select(_columns(shape, self.mart)))
        for writer in self._files.values():
            writer.close()
        for shape in self.collection.shapes:
            self._check_duplicates(shape)

    def fields(self, shape: Shape, bucket: int) -> pa.Table | None:
        """Rows that make one document each: `by` and `fields` of a shape; None without any."""
        table = self._table(shape, bucket)
        return None if table is None else table.select([*shape.by, *shape.fields])

    def embedded(self, shape: Shape, embed: Embedded, bucket: int) -> pa.Table | None:
        """`by` and the embedded columns, one row per embedded row; None without any."""
        if self._is_summed_early(shape, embed):
            held = self._sums.get((shape.name, embed.name), [])
            alone = self.bucket_of(document_id(shape.name, (), self.period)) == bucket
            return _summed(pa.concat_tables(held), embed.rows, embed.values) if held and alone else None
        table = self._table(shape, bucket)
        if table is None:
            return None
        if covers(shape, embed.rows, self.mart.grain):
            return _chosen(table, embed).select([*shape.by, *embed.columns])
        return _summed(_chosen(table, embed), (*shape.by, *embed.rows), embed.values)

    def _table(self, shape: Shape, bucket: int) -> pa.Table | None:
        if (shape.name, bucket) in self._files:
            with pa.ipc.open_stream(self._path(shape, bucket)) as reader:
                return reader.read_all()
        held = self._held.get((shape.name, bucket))
        return pa.Table.from_batches(held) if held else None

    def bucket_of(self, identifier: str) -> int:
        return slot_of(identifier) * self.count // SLOTS

    # --- checks

    def _check_nulls(self, batch: pa.RecordBatch) -> None:
        keys = {*self.mart.grain}
        for shape in self.collection.shapes:
            keys |= {*shape.by, *(name for embed in shape.embeds for name in embed.rows)}
        for name in sorted(keys):
            nulls = batch.column(name).null_count
            if nulls:
                raise InvalidKeyError(
                    f"{nulls} row(s) have no '{name}', which is part of a document's key.",
                    where=f"mart {self.mart.name}, period {self.period}",
                    hint="Nothing was published. Mend the mart, or leave the column out of the key.",
                )

    def _check_duplicates(self, shape: Shape) -> None:
        grain = list(self.mart.grain)
        copied = any(covers(shape, embed.rows, grain) for embed in shape.embeds)
        if not shape.fields and not copied:
            return
        for bucket in range(self.count):
            table = self._table(shape, bucket)
            if table is None:
                continue
            counted = table.group_by(grain).aggregate([([], "count_all")])
            twice = counted.filter(pc.greater(counted["count_all"], 1))
            if twice.num_rows:
                key = ", ".join(f"{name}={twice[name][0].as_py()}" for name in grain)
                raise InvalidKeyError(
                    f"{twice.num_rows} key(s) have several rows, {key} for one.",
                    where=f"mart {self.mart.name}, period {self.period}",
                    hint="Nothing was published. The mart's grain must be unique.",
                )

    def _note_newest(self, batch: pa.RecordBatch) -> None:
        if self.mart.dated_by and batch.num_rows:
            newest = pc.max(batch.column(self.mart.dated_by)).as_py()
            self.newest = newest if self.newest is None else max(self.newest, newest)

    # --- splitting

    def _split(self, shape: Shape, batch: pa.RecordBatch) -> None:
        if not batch.num_rows:
            return
        if not shape.by:
            self._gather(shape, batch)
            return
        if self.count == 1:
            self._keep(shape, 0, batch)
            return
        buckets = pa.array(self._buckets(shape, batch), pa.int32())
        order = pc.sort_indices(buckets)
        ordered, sorted_buckets = batch.take(order), buckets.take(order)
        for start, length, bucket in _runs(sorted_buckets.to_pylist()):
            self._keep(shape, bucket, ordered.slice(start, length))

    def _is_summed_early(self, shape: Shape, embed: Embedded) -> bool:
        return not shape.by and not covers(shape, embed.rows, self.mart.grain)

    def _gather(self, shape: Shape, batch: pa.RecordBatch) -> None:
        if not all(self._is_summed_early(shape, embed) for embed in shape.embeds) or shape.fields:
            self._keep(shape, self.bucket_of(document_id(shape.name, (), self.period)), batch)
        for embed in shape.embeds:
            if self._is_summed_early(shape, embed):
                held = self._sums[(shape.name, embed.name)]
                table = pa.Table.from_batches([batch])
                held.append(_summed(_chosen(table, embed), embed.rows, embed.values))
                if sum(part.num_rows for part in held) > PENDING:
                    held[:] = [_summed(pa.concat_tables(held), embed.rows, embed.values)]

    def _buckets(self, shape: Shape, batch: pa.RecordBatch) -> list[int]:
        @lru_cache(maxsize=100_000)
        def bucket(*keys: Any) -> int:
            return self.bucket_of(document_id(shape.name, keys, self.period))

        columns = [batch.column(name).to_pylist() for name in shape.by]
        return [bucket(*keys) for keys in zip(*columns, strict=True)]

    def _keep(self, shape: Shape, bucket: int, batch: pa.RecordBatch) -> None:
        key = (shape.name, bucket)
        if self.count == 1:
            self._held[key].append(batch)
            return
        if key not in self._files:
            self._files[key] = pa.ipc.new_stream(self._path(shape, bucket), batch.schema)
        self._files[key].write_batch(batch)

    def _path(self, shape: Shape, bucket: int) -> str:
        return str(self.scratch / f"{shape.name}-{bucket}.arrow")


def _chosen(table: pa.Table, embed: Embedded) -> pa.Table:
    return table.filter(pc.field(embed.where)) if embed.where else table


def _summed(table: pa.Table, keys: Sequence[str], values: Sequence[str]) -> pa.Table:
    """One row per key with exact sums; null where no row has a value."""
    options = pc.ScalarAggregateOptions(skip_nulls=True, min_count=1)
    sums = table.group_by(list(keys)).aggregate([(name, "sum", options) for name in values])
    return sums.select([*keys, *(f"{name}_sum" for name in values)]).rename_columns([*keys, *values])


def _runs(values: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """(start, length, value) of each run of equal values."""
    start = 0
    for index in range(1, len(values) + 1):
        if index == len(values) or values[index] != values[start]:
            yield start, index - start, values[start]
            start = index
