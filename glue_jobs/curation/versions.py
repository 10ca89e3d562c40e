"""Chooses the current version among the rows of a key, and classifies the others.

Most keys have a single version. Finding the keys with several ("contested") reads key columns only, so the
expensive ranking runs on few rows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from glue_jobs.ledger.entries import RANK_SEPARATOR
from lake.model.spec import Table, Versions

OUTCOME = "_outcome"
CURRENT = "current"
SUPERSEDED = "superseded"
DUPLICATE = "duplicate"


def rank_columns(table: Table) -> tuple[str, ...]:
    """Return the columns by which versions rank, the most significant first. The order is total.

    A CSV row ranks by its file, then by its row in the file; a group of rows by its delivery (see
    `delivery`). A stream's row ranks by its declared columns, then by the hash of its line (`source_rank`),
    so that files and their order do not matter. The batch comes last: it distinguishes two readings of one
    file.
    """
    if table.stream is not None:
        return (*table.stream.rank, "source_rank", "source_file", "source_row", "batch_id")
    if table.versions is Versions.GROUP:
        return ("source_rank", "batch_id")
    return ("source_rank", "source_row", "batch_id")


def contested_keys(index: DataFrame, table: Table) -> DataFrame:
    """Return the keys with several versions. In: key and rank columns, one row per row of bronze."""
    if table.versions is Versions.GROUP:
        files = [F.col(name) for name in rank_columns(table)]
        versions = index.groupBy(*table.key).agg(
            F.min(F.struct(*files)).alias("lowest"), F.max(F.struct(*files)).alias("highest")
        )
        return versions.where("lowest != highest").select(*table.key)
    return index.groupBy(*table.key).agg(F.count(F.lit(1)).alias("rows")).where("rows > 1").select(*table.key)


def resolve(rows: DataFrame, table: Table) -> DataFrame:
    """Add OUTCOME: current, superseded, or duplicate (equal to the current row in all declared columns).

    In and out: all versions of each key, one row per row of bronze. Rows of a replaced group are superseded,
    never duplicates: no row of the new group corresponds to a single row of the old one.
    """
    versions = Window.partitionBy(*table.key)
    if table.versions is Versions.GROUP:
        ours = delivery(F.col("source_rank"))
        # A file's row may occur twice: the file was ingested again, or the row was requeued. The latest
        # reading of a row counts, whichever batch the other rows of its file are in.
        reading = Window.partitionBy(*table.key, "source_rank", "source_row")
        wins = (ours == F.max(ours).over(versions)) & (F.col("batch_id") == F.max("batch_id").over(reading))
        return rows.select("*", F.when(wins, F.lit(CURRENT)).otherwise(F.lit(SUPERSEDED)).alias(OUTCOME))
    content = F.struct(*(F.col(column.name) for column in table.columns))
    best_first = versions.orderBy(*(F.col(name).desc() for name in rank_columns(table)))
    ranked = rows.select(
        "*",
        F.row_number().over(best_first).alias("_place"),
        F.first(content).over(best_first).alias("_winner"),
    )
    return ranked.select(*rows.columns, _outcome(content).alias(OUTCOME))


def delivery(rank: Column) -> Column:
    """Return the delivery of a file's rank: its upload call and folder. Deliveries compare as text.

    The rank of a file that is a delivery by itself has more parts, and so has that of a path with a tab.
    """
    parts = F.split(rank, RANK_SEPARATOR)
    folder = F.regexp_extract(parts[2], "^(.*)/", 1)
    together = F.concat_ws(RANK_SEPARATOR, parts[0], parts[1], folder)
    return F.when(F.size(parts) == 4, together).otherwise(rank)


@dataclass(frozen=True)
class Replaced:
    """Of a table of groups: how many groups a pending batch replaced, and how many are ambiguous.

    `ambiguous` groups lie in several files of one batch that belong to no upload call.
    """

    groups: int = 0
    ambiguous: int = 0


def count_replaced(rows: DataFrame, table: Table, pending: Collection[str]) -> Replaced:
    """Count the replaced groups in `rows`, all versions of each group; `pending` are the new batches."""
    if not pending:
        return Replaced()
    ours, is_new = delivery(F.col("source_rank")), F.col("batch_id").isin(*pending)
    is_alone = is_new & (F.size(F.split("source_rank", RANK_SEPARATOR)) > 4)
    groups = rows.groupBy(*table.key).agg(
        F.count_distinct(ours).alias("deliveries"),
        F.max(F.struct(ours.alias("delivery"), is_new.alias("is_new")))["is_new"].alias("is_new"),
        F.count_distinct(F.when(is_alone, F.struct("batch_id", ours))).alias("alone"),
        F.count_distinct(F.when(is_alone, F.col("batch_id"))).alias("batches"),
    )
    [counts] = groups.agg(
        F.count_if((F.col("deliveries") > 1) & F.col("is_new")).alias("groups"),
        F.count_if(F.col("alone") > F.col("batches")).alias("ambiguous"),
    ).collect()
    return Replaced(counts["groups"], counts["ambiguous"])


def _outcome(content: Column) -> Column:
    return (
        F.when(F.col("_place") == 1, F.lit(CURRENT))
        .when(content.eqNullSafe(F.col("_winner")), F.lit(DUPLICATE))
        .otherwise(F.lit(SUPERSEDED))
    )


def split(rows: DataFrame, contested: DataFrame, key: Sequence[str]) -> tuple[DataFrame, DataFrame]:
    """Split rows into those whose key has one version, and those whose key is contested."""
    return rows.join(contested, [*key], "left_anti"), rows.join(contested, [*key], "left_semi")
