"""Selections serve many frames, each in its turn."""

from __future__ import annotations

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from glue_jobs.runtime.steps import Steps, in_steps


def test_the_same_selections_serve_several_frames(spark: SparkSession) -> None:
    steps: Steps = (
        ("id", (F.col("id") + 1).alias("next")),
        ((F.col("next") * F.col("id")).alias("product"),),
    )
    for number, product in ((2, 6), (3, 12)):
        frame = in_steps(spark.range(number, number + 1), steps)
        assert [tuple(row) for row in frame.collect()] == [(product,)]
        assert frame.columns == ["product"]
