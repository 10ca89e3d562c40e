"""The grain of marts: several staged rows with one key fail the run before it publishes.

One Spark job reads the grain's columns of all staged marts and counts hashes of 64 bits. Equal keys have
equal hashes: if no hash repeats, no key does. Only if one repeats, the keys themselves are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.errors import CaudalError
from lake.model.spec import Mart

KEY, ROWS = "_key", "_rows"


class GrainError(CaudalError):
    """Marts hold several rows with equal values in the columns that are declared to identify a row."""

    def __init__(self, domain: str, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            f"the grain is not unique: {' '.join(problems)} Nothing was published.",
            where=f"domain {domain}",
            hint="Correct build in gold/<mart>.py, or the mart's grain in the declaration (without_grain "
            "says that there is none), and deploy. The next execution publishes the same batches.",
        )


def check_grains(domain: str, marts: Iterable[Mart], staged: Callable[[str], DataFrame]) -> None:
    """Raise GrainError, with an example of each mart, if staged rows of one mart have the same key.

    `staged` returns the rows that the run staged for a mart. Marts that declare no grain are left out. Rows
    in partitions that the run does not write are not read.
    """
    frames = [(mart, staged(mart.name)) for mart in marts if mart.grain]
    if not frames or not _some_hashes_are_equal(frames):
        return
    if problems := [problem for mart, rows in frames if (problem := _problem(mart, rows))]:
        raise GrainError(domain, problems)


def _some_hashes_are_equal(frames: Sequence[tuple[Mart, DataFrame]]) -> bool:
    # A number is cheaper to group by than a key of several columns, or than the mart's name and a number.
    hashes = [
        rows.select(F.xxhash64(F.lit(number), *mart.grain).alias(KEY))
        for number, (mart, rows) in enumerate(frames)
    ]
    counted = reduce(DataFrame.unionAll, hashes).groupBy(KEY).agg(F.count(F.lit(1)).alias(ROWS))
    return not counted.where(F.col(ROWS) > 1).isEmpty()


def _problem(mart: Mart, rows: DataFrame) -> str | None:
    """Return a sentence on the keys with several rows; None if only hashes were equal."""
    keys = [F.col(name) for name in mart.grain]
    repeated = rows.groupBy(*keys).agg(F.count(F.lit(1)).alias(ROWS)).where(F.col(ROWS) > 1)
    example = F.min(F.struct(*(key.cast("string") for key in keys), ROWS)).alias("example")
    found = repeated.agg(F.count(F.lit(1)).alias("keys"), F.sum(ROWS).alias(ROWS), example).first()
    if found is None or not found["keys"]:
        return None
    *values, number = found["example"]
    key = ", ".join(
        f"{name} {'null' if value is None else value}" for name, value in zip(mart.grain, values, strict=True)
    )
    return (
        f"{mart.name} has {found['keys']} key(s) with several rows ({found[ROWS]} rows), for example {key} "
        f"with {number} rows."
    )
