"""The usual size of residuals."""

from __future__ import annotations

import math

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.trained.spread import with_spread

Spread = tuple[int, int | None, float | None, int | None]


@pytest.mark.parametrize(
    ("residuals", "spread"),
    [
        ([0, 0, 0], (3, 100, 148.0, 100)),
        ([-300, 200, 400], (3, 300, math.sqrt((300**2 + 200**2 + 400**2) / 3), 396)),
        # A residual beyond six MAD counts as six MAD.
        ([-200, 200, 10_000], (3, 200, math.sqrt((2 * 200**2 + 1200**2) / 3), 9804)),
        ([-500, 500], (2, None, None, None)),
    ],
)
def test_spread_is_that_around_the_expected_cost(
    spark: SparkSession, residuals: list[int], spread: Spread
) -> None:
    rows = spark.createDataFrame([(residuals,)], "residuals array<bigint>")
    [row] = with_spread(rows, "residuals", fewest=3, when=F.lit(True)).collect()
    assert (row["known"], row["mad"], row["deviation"], row["p99"]) == spread


def test_rows_that_are_not_wanted_have_no_spread(spark: SparkSession) -> None:
    rows = spark.createDataFrame([([1, 2, 3],)], "residuals array<bigint>")
    [row] = with_spread(rows, "residuals", fewest=3, when=F.lit(False)).collect()
    assert (row["known"], row["mad"], row["deviation"], row["p99"]) == (3, None, None, None)
