"""The current version of a key, and the outcomes of its other versions."""

from __future__ import annotations

import pytest
from pyspark.sql import DataFrame, SparkSession

from glue_jobs.curation.versions import (
    OUTCOME,
    Replaced,
    contested_keys,
    count_replaced,
    rank_columns,
    resolve,
)
from lake.model.columns import Column, bigint, integer, text
from lake.model.spec import Stream, Table, Versions
from tests.frames import frame, texts

KEY = bigint("id", "Identifies it.")
VALUE = text("value", "Whatever.")
LINEAGE: tuple[Column, ...] = (
    text("source_rank", "Rank of the file."),
    text("source_file", "The file."),
    bigint("source_row", "Place in the file."),
    text("batch_id", "The batch."),
)
ROWS = Table(name="rows", description="Rows.", key=("id",), columns=(KEY, VALUE))
LINES = Table(name="lines", description="Lines.", key=("id",), columns=(KEY, VALUE), versions=Versions.GROUP)
READINGS = Table(
    name="readings",
    description="A stream.",
    key=("id",),
    columns=(KEY, VALUE, integer("version", "Of the schema.")),
    stream=Stream(folders=("readings",), rank=("version",)),
)


def given(spark: SparkSession, table: Table, rows: str) -> DataFrame:
    return frame(spark, (*table.columns, *LINEAGE), rows)


def outcomes(spark: SparkSession, table: Table, rows: str) -> list[tuple[str | None, ...]]:
    return texts(resolve(given(spark, table, rows), table), ["id", "value", OUTCOME])


def test_highest_ranking_row_wins_by_file_then_row_then_batch(spark: SparkSession) -> None:
    rows = """
        id | value | source_rank | source_row | batch_id
        1  | old   | a           | 9          | b-2
        1  | new   | b           | 1          | b-1
        2  | above | a           | 1          | b-1
        2  | below | a           | 2          | b-1
        3  | first | a           | 1          | b-1
        3  | again | a           | 1          | b-2
        4  | alone | a           | 1          | b-1
    """
    assert outcomes(spark, ROWS, rows) == [
        ("1", "new", "current"),
        ("1", "old", "superseded"),
        ("2", "above", "superseded"),
        ("2", "below", "current"),
        ("3", "again", "current"),
        ("3", "first", "superseded"),
        ("4", "alone", "current"),
    ]


def test_version_equal_to_the_current_one_is_a_duplicate_nulls_included(spark: SparkSession) -> None:
    rows = """
        id | value | source_rank | source_row | batch_id
        1  | same  | a           | 1          | b-1
        1  | other | a           | 2          | b-1
        1  | same  | a           | 3          | b-1
        2  | null  | a           | 4          | b-1
        2  | null  | a           | 5          | b-1
        3  | x     | a           | 6          | b-1
        3  | null  | a           | 7          | b-1
    """
    assert outcomes(spark, ROWS, rows) == [
        ("1", "other", "superseded"),
        ("1", "same", "current"),
        ("1", "same", "duplicate"),
        ("2", None, "current"),
        ("2", None, "duplicate"),
        ("3", "x", "superseded"),
        ("3", None, "current"),
    ]


def test_highest_ranking_file_replaces_all_lines_of_its_keys(spark: SparkSession) -> None:
    """Lines that it repeats are replaced too. A line that the file has twice counts twice."""
    rows = """
        id | value | source_rank | source_row | batch_id
        1  | leg   | a           | 1          | b-1
        1  | top   | a           | 2          | b-1
        1  | leg   | b           | 7          | b-1
        1  | leg   | b           | 8          | b-1
        2  | leg   | a           | 3          | b-1
        2  | leg   | a           | 4          | b-1
    """
    assert outcomes(spark, LINES, rows) == [
        ("1", "leg", "current"),
        ("1", "leg", "current"),
        ("1", "leg", "superseded"),
        ("1", "top", "superseded"),
        ("2", "leg", "current"),
        ("2", "leg", "current"),
    ]


def rank(at: str, path: str, *alone: str) -> str:
    """Return the rank of a file."""
    return "\t".join((at, f"{path.count('/') + 1:05d}", path, f"raw/{path}", *alone))


def delivered(spark: SparkSession, *rows: tuple[int, str, str, int, str]) -> DataFrame:
    """Return rows of LINES from (id, value, rank of the file, row, batch)."""
    schema = (
        "id bigint, value string, source_rank string, source_file string, source_row bigint, batch_id string"
    )
    named = [(key, value, at, at, row, batch) for key, value, at, row, batch in rows]
    return spark.createDataFrame(named, schema).coalesce(1)


MORNING, NOON = "2026-01-01T08", "2026-01-01T12"
DELIVERIES = (
    # Two files of one call and folder, in two batches.
    (1, "leg", rank(NOON, "d/part1.csv"), 1, "b-1"), (1, "top", rank(NOON, "d/part2.csv"), 1, "b-2"),
    # The later call replaces the lines of both files, also in a folder that is less deep.
    (2, "old leg", rank(MORNING, "d/part1.csv"), 1, "b-1"),
    (2, "old top", rank(MORNING, "d/part2.csv"), 2, "b-1"),
    (2, "leg", rank(NOON, "x.csv"), 1, "b-2"), (2, "top", rank(NOON, "y.csv"), 1, "b-2"),
    # Of one call, the deeper folder wins, then the folder that sorts last.
    (3, "shallow", rank(NOON, "z.csv"), 1, "b-2"), (3, "first", rank(NOON, "a/z.csv"), 1, "b-2"),
    (3, "last", rank(NOON, "b/a.csv"), 1, "b-2"),
    # Files without a call are a delivery each.
    (4, "one", rank(NOON, "one.csv", "alone"), 1, "b-2"),
    (4, "two", rank(NOON, "two.csv", "alone"), 1, "b-2"),
    # A requeued line belongs to the delivery of its first file; its later reading counts.
    (5, "leg", rank(NOON, "d/part1.csv"), 2, "b-1"), (5, "tpo", rank(NOON, "d/part2.csv"), 2, "b-1"),
    (5, "top", rank(NOON, "d/part2.csv"), 2, "b-2"),
)  # fmt: skip


def test_files_of_one_upload_call_in_one_folder_count_together(spark: SparkSession) -> None:
    rows = resolve(delivered(spark, *DELIVERIES), LINES).where(f"{OUTCOME} = 'current'")
    assert sorted((row["id"], row["value"]) for row in rows.collect()) == [
        (1, "leg"), (1, "top"), (2, "leg"), (2, "top"), (3, "last"), (4, "two"), (5, "leg"), (5, "top"),
    ]  # fmt: skip


def test_result_does_not_depend_on_the_batches_in_which_files_are_read(spark: SparkSession) -> None:
    first = [(*row[:4], "b-1") for row in DELIVERIES if row[0] != 5]
    rows = resolve(delivered(spark, *first), LINES).where(f"{OUTCOME} = 'current'")
    assert sorted((row["id"], row["value"]) for row in rows.collect()) == [
        (1, "leg"), (1, "top"), (2, "leg"), (2, "top"), (3, "last"), (4, "two"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pending", "replaced"),
    [
        ({"b-2"}, Replaced(3, 1)),
        ({"b-1"}, Replaced(0, 0)),
        (set(), Replaced(0, 0)),
        ({"b-1", "b-2"}, Replaced(3, 1)),
    ],
)
def test_groups_that_a_new_batch_replaced_are_counted(
    spark: SparkSession, pending: set[str], replaced: Replaced
) -> None:
    """Orders 2, 3 and 4 have lines of several deliveries; those of order 4 have no upload call."""
    assert count_replaced(delivered(spark, *DELIVERIES), LINES, pending) == replaced


def test_requeued_line_belongs_to_its_first_file(spark: SparkSession) -> None:
    """It has that file's rank and its old row number. Of two readings of a row the later one counts."""
    rows = """
        id | value  | source_rank | source_row | batch_id
        1  | leg    | a           | 1          | b-1
        1  | tpo    | a           | 2          | b-2
        1  | top    | a           | 2          | b-3
        2  | leg    | a           | 3          | b-1
        2  | leg    | a           | 3          | b-4
        2  | joined | a           | 4          | b-2
    """
    assert outcomes(spark, LINES, rows) == [
        ("1", "leg", "current"),
        ("1", "top", "current"),
        ("1", "tpo", "superseded"),
        ("2", "joined", "current"),
        ("2", "leg", "current"),
        ("2", "leg", "superseded"),
    ]


def test_row_of_a_stream_ranks_by_its_columns_and_not_by_its_file(spark: SparkSession) -> None:
    rows = """
        id | value | version | source_rank | source_file | source_row | batch_id
        1  | two   | 2       | hash-a      | file-a      | 1          | b-1
        1  | one   | 1       | hash-z      | file-z      | 9          | b-9
        2  | small | 1       | hash-a      | file-z      | 9          | b-9
        2  | large | 1       | hash-b      | file-a      | 1          | b-1
    """
    assert outcomes(spark, READINGS, rows) == [
        ("1", "one", "superseded"),
        ("1", "two", "current"),
        ("2", "large", "current"),
        ("2", "small", "superseded"),
    ]


@pytest.mark.parametrize(
    ("table", "keys"),
    [(ROWS, [("1",), ("2",)]), (LINES, [("1",)])],
    ids=["row", "group"],
)
def test_keys_with_several_versions_are_contested(
    spark: SparkSession, table: Table, keys: list[tuple[str]]
) -> None:
    """If a key stands for a group, several lines of one file are one version."""
    rows = given(
        spark,
        table,
        """
        id | source_rank | source_row | batch_id
        1  | a           | 1          | b-1
        1  | b           | 1          | b-1
        2  | a           | 2          | b-1
        2  | a           | 3          | b-1
        3  | a           | 4          | b-1
        """,
    )
    index = rows.select(*table.key, *rank_columns(table))
    assert texts(contested_keys(index, table), ["id"]) == keys
