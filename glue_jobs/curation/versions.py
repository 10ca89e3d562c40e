"""Several rows of one key become one: who wins, and what became of the others.

Most keys have a single version. Finding those that have more takes the key columns only, so the
expensive ranking is done for contested keys alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lake.model.spec import Table, Versions

OUTCOME = "_outcome"
CURRENT = "current"
SUPERSEDED = "superseded"
DUPLICATE = "duplicate"


def rank_columns(table: Table) -> tuple[str, ...]:
    """The columns whose order decides between versions; with them the order is total.

    A CSV row ranks by its file, then by its place in it; a group of rows by its file alone. A
    stream's row ranks by its declared columns, then by the hash of its line (`source_rank`), so
    that neither file nor order matters. The batch comes last: it tells a file from itself, read again.
    """
    if table.stream is not None:
        return (*table.stream.rank, "source_rank", "source_file", "source_row", "batch_id")
    if table.versions is Versions.GROUP:
        return ("source_rank", "batch_id")
    return ("source_rank", "source_row", "batch_id")


def contested_keys(index: DataFrame, table: Table) -> DataFrame:
    """Keys that need a decision. In: key and rank columns, one row per row of bronze."""
    if table.versions is Versions.GROUP:
        files = [F.col(name) for name in rank_columns(table)]
        versions = index.groupBy(*table.key).agg(
            F.min(F.struct(*files)).alias("lowest"), F.max(F.struct(*files)).alias("highest")
        )
        return versions.where("lowest != highest").select(*table.key)
    return index.groupBy(*table.key).agg(F.count(F.lit(1)).alias("rows")).where("rows > 1").select(*table.key)


def resolve(rows: DataFrame, table: Table) -> DataFrame:
    """Rows with OUTCOME: current, superseded, or duplicate (a loser equal to its winner).

    In and out: all versions of each key that occurs, grain: bronze row. Rows of a replaced group
    are superseded, never duplicates: a group's rows have no counterpart of their own.
    """
    versions = Window.partitionBy(*table.key)
    if table.versions is Versions.GROUP:
        # A file's row may come twice: the file was read again, or the row was requeued and joins the
        # others of its file again. The later reading of a row counts, whichever batch the others are in.
        reading = Window.partitionBy(*table.key, "source_rank", "source_row")
        wins = (F.col("source_rank") == F.max("source_rank").over(versions)) & (
            F.col("batch_id") == F.max("batch_id").over(reading)
        )
        return rows.select("*", F.when(wins, F.lit(CURRENT)).otherwise(F.lit(SUPERSEDED)).alias(OUTCOME))
    content = F.struct(*(F.col(column.name) for column in table.columns))
    best_first = versions.orderBy(*(F.col(name).desc() for name in rank_columns(table)))
    ranked = rows.select(
        "*",
        F.row_number().over(best_first).alias("_place"),
        F.first(content).over(best_first).alias("_winner"),
    )
    return ranked.select(*rows.columns, _outcome(content).alias(OUTCOME))


def _outcome(content: Column) -> Column:
    return (
        F.when(F.col("_place") == 1, F.lit(CURRENT))
        .when(content.eqNullSafe(F.col("_winner")), F.lit(DUPLICATE))
        .otherwise(F.lit(SUPERSEDED))
    )


def split(rows: DataFrame, contested: DataFrame, key: Sequence[str]) -> tuple[DataFrame, DataFrame]:
    """Rows whose key is settled, and rows whose key is contested."""
    return rows.join(contested, [*key], "left_anti"), rows.join(contested, [*key], "left_semi")
