"""Split the rows of a mart's partition by document into buckets, each small enough for memory.

The partition is read once, in batches. Each shape's rows go to the bucket of their document's slot; with
more than one bucket, rows are written to files. A shape without `by` makes one document, whose rows are
summed while they are read. The publisher writes to the store only after all rows were read and checked.
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
from serving.publish.errors import InvalidKeyError

ROWS_PER_BUCKET = 10_000
"""Rows that a bucket holds on average."""
MAX_BUCKETS = 512
"""Each bucket is an open file while the mart is read."""
MAX_UNSUMMED_ROWS = 50_000
"""Partial sums of one document, in rows, that are kept before they are summed into one table."""


def bucket_count(rows: int, size: int = ROWS_PER_BUCKET) -> int:
    """Return the number of buckets for so many rows, `size` rows in each."""
    return max(1, min(MAX_BUCKETS, math.ceil(rows / size)))


def slot_range(bucket: int, buckets: int) -> tuple[int, int]:
    """Return the first and the last slot of a bucket."""
    return -(-bucket * SLOTS // buckets), -(-(bucket + 1) * SLOTS // buckets) - 1


def needed_columns(collection: Collection, mart: Mart) -> list[str]:
    """Return the columns of the mart that its documents are made of, in the mart's order."""
    used = {*mart.grain, *([mart.dated_by] if mart.dated_by else [])}
    for shape in collection.shapes:
        used |= set(_shape_columns(shape, mart))
    return [column.name for column in mart.columns if column.name in used]


def _shape_columns(shape: Shape, mart: Mart) -> list[str]:
    used = {*shape.by, *shape.fields}
    for embed in shape.embeds:
        used |= {*embed.columns, *([embed.where] if embed.where else [])}
        if covers(shape, embed.rows, mart.grain):
            used |= set(mart.grain)
    return [column.name for column in mart.columns if column.name in used]


@dataclass
class Buckets:
    """The rows of one period of a mart, split into `count` buckets.

    `fill` reads the rows; `fields` and `embedded` return them bucket by bucket. `scratch` is an empty
    folder for the files of more than one bucket.
    """

    collection: Collection
    mart: Mart
    period: int
    count: int
    scratch: Path
    rows: int = 0
    newest: Any = None
    """Newest value of the mart's `dated_by` column, once `fill` has read the rows."""
    _sums: dict[tuple[str, str], list[pa.Table]] = field(default_factory=lambda: defaultdict(list))
    _in_memory: dict[tuple[str, int], list[pa.RecordBatch]] = field(default_factory=lambda: defaultdict(list))
    _files: dict[tuple[str, int], pa.ipc.RecordBatchStreamWriter] = field(default_factory=dict)

    def fill(self, batches: Iterable[pa.RecordBatch]) -> None:
        """Read all rows. Raises InvalidKeyError for a null in a key and for two rows with one key."""
        for batch in batches:
            self.rows += batch.num_rows
            self._check_nulls(batch)
            self._update_newest(batch)
            for shape in self.collection.shapes:
                self._split(shape, batch.select(_shape_columns(shape, self.mart)))
        for writer in self._files.values():
            writer.close()
        for shape in self.collection.shapes:
            self._check_duplicates(shape)

    def fields(self, shape: Shape, bucket: int) -> pa.Table | None:
        """Return the columns `by` and `fields` of a shape, a row per document; None without rows."""
        table = self._table(shape, bucket)
        return None if table is None else table.select([*shape.by, *shape.fields])

    def embedded(self, shape: Shape, embed: Embedded, bucket: int) -> pa.Table | None:
        """Return `by` and the embedded columns, a row per embedded row; None without rows."""
        if self._is_summed_while_read(shape, embed):
            partial = self._sums.get((shape.name, embed.name), [])
            if not partial or self._only_bucket_of(shape) != bucket:
                return None
            return _summed(pa.concat_tables(partial), embed.rows, embed.values)
        table = self._table(shape, bucket)
        if table is None:
            return None
        if covers(shape, embed.rows, self.mart.grain):
            return _filtered(table, embed).select([*shape.by, *embed.columns])
        return _summed(_filtered(table, embed), (*shape.by, *embed.rows), embed.values)

    def _table(self, shape: Shape, bucket: int) -> pa.Table | None:
        if (shape.name, bucket) in self._files:
            with pa.ipc.open_stream(self._path(shape, bucket)) as reader:
                return reader.read_all()
        batches = self._in_memory.get((shape.name, bucket))
        return pa.Table.from_batches(batches) if batches else None

    def _bucket_of(self, identifier: str) -> int:
        return slot_of(identifier) * self.count // SLOTS

    def _only_bucket_of(self, shape: Shape) -> int:
        """Return the bucket of the one document of a shape without `by`."""
        return self._bucket_of(document_id(shape.name, (), self.period))

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
                    hint="Nothing was published. Fix the mart, or leave the column out of the key.",
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
                    f"{twice.num_rows} key(s) have several rows, for example {key}.",
                    where=f"mart {self.mart.name}, period {self.period}",
                    hint="Nothing was published. Fix the mart: its grain must be unique.",
                )

    def _update_newest(self, batch: pa.RecordBatch) -> None:
        if self.mart.dated_by and batch.num_rows:
            newest = pc.max(batch.column(self.mart.dated_by)).as_py()
            self.newest = newest if self.newest is None else max(self.newest, newest)

    # --- splitting

    def _split(self, shape: Shape, batch: pa.RecordBatch) -> None:
        if not batch.num_rows:
            return
        if not shape.by:
            self._add_to_only_document(shape, batch)
            return
        if self.count == 1:
            self._add(shape, 0, batch)
            return
        buckets = pa.array(self._bucket_numbers(shape, batch), pa.int32())
        order = pc.sort_indices(buckets)
        ordered, sorted_buckets = batch.take(order), buckets.take(order)
        for start, length, bucket in _runs(sorted_buckets.to_pylist()):
            self._add(shape, bucket, ordered.slice(start, length))

    def _is_summed_while_read(self, shape: Shape, embed: Embedded) -> bool:
        return not shape.by and not covers(shape, embed.rows, self.mart.grain)

    def _add_to_only_document(self, shape: Shape, batch: pa.RecordBatch) -> None:
        """Add rows to the one document of a shape without `by`, summed where its declaration sums."""
        if not all(self._is_summed_while_read(shape, embed) for embed in shape.embeds) or shape.fields:
            self._add(shape, self._only_bucket_of(shape), batch)
        for embed in shape.embeds:
            if self._is_summed_while_read(shape, embed):
                partial = self._sums[(shape.name, embed.name)]
                table = pa.Table.from_batches([batch])
                partial.append(_summed(_filtered(table, embed), embed.rows, embed.values))
                if sum(part.num_rows for part in partial) > MAX_UNSUMMED_ROWS:
                    partial[:] = [_summed(pa.concat_tables(partial), embed.rows, embed.values)]

    def _bucket_numbers(self, shape: Shape, batch: pa.RecordBatch) -> list[int]:
        """Return the bucket of each row."""

        @lru_cache(maxsize=100_000)
        def bucket(*keys: Any) -> int:
            return self._bucket_of(document_id(shape.name, keys, self.period))

        columns = [batch.column(name).to_pylist() for name in shape.by]
        return [bucket(*keys) for keys in zip(*columns, strict=True)]

    def _add(self, shape: Shape, bucket: int, batch: pa.RecordBatch) -> None:
        key = (shape.name, bucket)
        if self.count == 1:
            self._in_memory[key].append(batch)
            return
        if key not in self._files:
            self._files[key] = pa.ipc.new_stream(self._path(shape, bucket), batch.schema)
        self._files[key].write_batch(batch)

    def _path(self, shape: Shape, bucket: int) -> str:
        return str(self.scratch / f"{shape.name}-{bucket}.arrow")


def _filtered(table: pa.Table, embed: Embedded) -> pa.Table:
    return table.filter(pc.field(embed.where)) if embed.where else table


def _summed(table: pa.Table, keys: Sequence[str], values: Sequence[str]) -> pa.Table:
    """Return one row per key with exact sums; a sum is null where no row has a value."""
    options = pc.ScalarAggregateOptions(skip_nulls=True, min_count=1)
    sums = table.group_by(list(keys)).aggregate([(name, "sum", options) for name in values])
    return sums.select([*keys, *(f"{name}_sum" for name in values)]).rename_columns([*keys, *values])


def _runs(values: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Yield (start, length, value) of each run of equal values."""
    start = 0
    for index in range(1, len(values) + 1):
        if index == len(values) or values[index] != values[start]:
            yield start, index - start, values[start]
            start = index
