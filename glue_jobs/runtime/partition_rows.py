"""The rows of each partition, observed while they are written, and the files that they must have become.

Spark tells how many rows it wrote, not whether their files are there. One task writes a partition, and begins
a new file after a fixed number of rows; so the rows of a partition say how many files it must have. A listing
shows whether it has them, and no file is read for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from pyspark.sql import Column
from pyspark.sql import functions as F

from glue_jobs.runtime.months import Month
from glue_jobs.runtime.tallies import tally
from lake.errors import AccountingError

_PLACES = {"month": 1, "year": 100, "rejected": 1_000_000}
"""Partition key → what one of it adds to the number of a partition."""

_FLAGS = {"false": 0, "true": 1}


def partition_tally(keys: Sequence[str]) -> Column:
    """Return an aggregate for an Observation that counts rows by the partition keys `keys`.

    Its `tallied` value has the rows of each partition by the partition's number.
    """
    return tally(sum((F.col(key).cast("long") * _PLACES[key] for key in keys), F.lit(0)))


def rows_by_month(rows: Mapping[int, int]) -> dict[Month, int]:
    """Return month → rows from the rows of partitions by year and month."""
    return {Month(*divmod(number, _PLACES["year"])): each for number, each in rows.items()}


def check_files(
    rows: Mapping[int, int], files: Mapping[str, Collection[str]], rows_per_file: int, where: str
) -> None:
    """Raise AccountingError unless the rows of each partition have all of their files.

    `rows` are the tallied rows of a `partition_tally`, `files` the keys of the written files by the text of
    their partition. Tables without partition keys have the text "", and an empty one may have an empty file.
    """
    found: Counter[int] = Counter()
    for text, keys in files.items():
        number = _number(text)
        if number is not None:
            found[number] += len(keys)
    if "" in files and not rows:
        return
    needed = Counter({number: -(-each // rows_per_file) for number, each in rows.items()})
    if found != needed:
        wrong = {number for number in found.keys() | needed.keys() if found[number] != needed[number]}
        raise AccountingError(
            f"{sum(rows.get(each, 0) for each in wrong)} rows were written to {len(wrong)} partitions as "
            f"{sum(needed[each] for each in wrong)} files, and {sum(found[each] for each in wrong)} files "
            "are there.",
            where=where,
            hint="Nothing was committed or published: run the pipeline again.",
        )


def _number(text: str) -> int | None:
    """Return the number of a partition, e.g. `year=2024/month=1/`; None if a key has no value."""
    number = 0
    for part in filter(None, text.split("/")):
        key, _, value = part.partition("=")
        if value not in _FLAGS and not value.isdecimal():
            return None
        number += _PLACES[key] * (_FLAGS[value] if value in _FLAGS else int(value))
    return number
