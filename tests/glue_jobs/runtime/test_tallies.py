"""Tallies count rows exactly, whatever the number of values, tasks and texts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from pyspark.sql import Observation, SparkSession
from pyspark.sql import functions as F

from glue_jobs.runtime.tallies import numbered, tallied, tally

SAME_CHECKSUM = ("plumless", "buckeroo")
"""Two texts with the same CRC-32."""


@pytest.mark.parametrize(("values", "tasks"), [(1, 1), (3, 4), (500, 7)])
def test_each_number_is_counted_over_all_tasks(
    spark: SparkSession, tmp_path: Path, values: int, tasks: int
) -> None:
    """As many bins as values are enough."""
    number = F.crc32((F.col("id") % values).cast("string").cast("binary")) * 3 + F.col("id") % 3
    rows = spark.range(4_000).select(number.alias("number")).repartition(tasks)
    counted = Observation()
    observed = rows.observe(counted, tally(F.col("number"), 3 * values).alias("tally"))
    observed.write.parquet(str(tmp_path / "rows"))
    counts = spark.read.parquet(str(tmp_path / "rows")).groupBy("number").count().collect()
    assert tallied(counted.get["tally"]) == {row["number"]: row["count"] for row in counts}


def test_rows_without_a_number_and_no_rows_are_not_counted(spark: SparkSession, tmp_path: Path) -> None:
    for name, rows, expected in (("some", 3, Counter({2: 1})), ("none", 0, Counter())):
        counted = Observation()
        frame = spark.range(rows).select(F.when(F.col("id") == 2, F.col("id")).alias("number"))
        frame.observe(counted, tally(F.col("number"), 1).alias("tally")).write.parquet(str(tmp_path / name))
        assert tallied(counted.get["tally"]) == expected


@pytest.mark.parametrize("texts", [("a", "ä", ""), SAME_CHECKSUM, ("only",)])
def test_texts_have_different_numbers(spark: SparkSession, texts: tuple[str, ...]) -> None:
    number, texts_by_number = numbered(F.col("text"), texts)
    frame = spark.createDataFrame([(text,) for text in texts], "text string")
    assert [texts_by_number[row[0]] for row in frame.select(number).collect()] == list(texts)
