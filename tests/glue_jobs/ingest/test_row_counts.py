"""Staged rows are counted by file and by check, exactly, while they are written."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from pyspark.sql import Observation, SparkSession
from pyspark.sql import functions as F

from glue_jobs.ingest.row_counts import RowCounter, RowCounts
from lake.model.discovery import load_domain

STAGED = """
    ('a.csv', array(), false), ('a.csv', array('channel.allowed'), false), ('a.csv', array(), false),
    ('a.csv', array('amount.type', 'record.malformed'), true), ('b.csv', array('record.open_line'), true),
    ('b.csv', array('amount.type'), true), ('b.csv', array(), false)
"""

COUNTS = RowCounts(
    rows=7,
    good=Counter({"a.csv": 3, "b.csv": 1}),
    rejected=Counter({"a.csv": 1, "b.csv": 2}),
    open_lines=frozenset({"b.csv"}),
    flagged=Counter({"channel.allowed": 1}),
    quarantined=Counter({"amount.type": 2, "record.malformed": 1}),
    unknown=frozenset(),
)


def counts(spark: SparkSession, folder: Path, values: str, keys: list[str]) -> RowCounts:
    rows = spark.sql(f"SELECT * FROM VALUES {values} AS t(source_file, quality_flags, rejected)")
    rows = rows.withColumn("quality_flags", F.col("quality_flags").cast("array<string>"))
    counter = RowCounter(load_domain("toy").table("sales"), keys, F.col("rejected"))
    counted = Observation()
    observed = rows.repartition(3).observe(
        counted, *(each.alias(name) for name, each in counter.aggregates().items())
    )
    observed.write.parquet(str(folder / "rows"))
    found = counter.counts(counted.get)
    return replace(found, flagged=+found.flagged, quarantined=+found.quarantined)


def test_rows_are_counted_by_file_and_check(spark: SparkSession, tmp_path: Path, toy: str) -> None:
    """A file without rows has no count, and a name that is no check of the table has none either."""
    found = counts(spark, tmp_path, STAGED, ["a.csv", "b.csv", "empty.csv"])
    assert found == COUNTS
    assert found.by_file == found.rows


def test_rows_of_other_files_are_in_no_count(spark: SparkSession, tmp_path: Path, toy: str) -> None:
    other = STAGED + ", ('other.csv', array(), false), (NULL, array(), false)"
    found = counts(spark, tmp_path, other, ["a.csv", "b.csv"])
    assert found == replace(COUNTS, rows=9, unknown=frozenset({"other.csv"}))
    assert found.by_file == 7
