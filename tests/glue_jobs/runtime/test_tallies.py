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
    number = F.crc32((F.col("id") % values).cast("string").cast("binary")) * 3 + F.col("id") % 3
    rows = spark.range(4_000).select(number.alias("number")).repartition(tasks)
    counted = Observation()
    observed = rows.observe(counted, tally(F.col("number")).alias("tally"))
    observed.write.parquet(str(tmp_path / "rows"))
    counts = spark.read.parquet(str(tmp_path / "rows")).groupBy("number").count().collect()
    assert tallied(counted.get["tally"]) == {row["number"]: row["count"] for row in counts}


def test_high_counts_of_a_number_from_many_tasks_are_added(spark: SparkSession, tmp_path: Path) -> None:
    """If bins of the same number were merged, the number could become one less."""
    numbers = {3_703_703_670: 1_903, 3_703_703_671: 77, 7: 3_807}
    rows = spark.range(0, 30, numPartitions=30)
    each = F.array(*(F.array(F.lit(number), F.lit(count)) for number, count in numbers.items()))
    rows = rows.select("id", F.explode(each).alias("bar")).where(F.col("id") + F.col("bar")[1] > 0)
    heights = F.explode(F.sequence(F.lit(1), F.col("bar")[1] + F.col("id") * 31))
    counted = Observation()
    observed = rows.select(F.col("bar")[0].alias("number"), heights.alias("height"))
    observed = observed.observe(counted, tally(F.col("number")).alias("tally"))
    observed.write.parquet(str(tmp_path / "rows"))
    more = sum(31 * task for task in range(30))
    assert tallied(counted.get["tally"]) == {number: 30 * count + more for number, count in numbers.items()}


def test_rows_without_a_number_and_no_rows_are_not_counted(spark: SparkSession, tmp_path: Path) -> None:
    for name, rows, expected in (("some", 3, Counter({2: 1})), ("none", 0, Counter())):
        counted = Observation()
        frame = spark.range(rows).select(F.when(F.col("id") == 2, F.col("id")).alias("number"))
        frame.observe(counted, tally(F.col("number")).alias("tally")).write.parquet(str(tmp_path / name))
        assert tallied(counted.get["tally"]) == expected


@pytest.mark.parametrize("texts", [("a", "ä", ""), SAME_CHECKSUM, ("only",)])
def test_texts_have_different_numbers(spark: SparkSession, texts: tuple[str, ...]) -> None:
    number, texts_by_number = numbered(F.col("text"), texts)
    frame = spark.createDataFrame([(text,) for text in texts], "text string")
    assert [texts_by_number[row[0]] for row in frame.select(number).collect()] == list(texts)
