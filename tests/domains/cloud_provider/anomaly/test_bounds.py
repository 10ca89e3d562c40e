"""The range of usual costs: median ± 3.5 MAD ÷ 0.6745, not below 0."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pyspark.sql import SparkSession

from domains.cloud_provider.anomaly.bounds import with_bounds

Bounds = tuple[str | None, ...]


@pytest.mark.parametrize(
    ("cost", "expected", "mad", "bounds"),
    [
        ("11", "11", "2", ("11.000000", "0.621942", "21.378058", "0.000000")),
        ("100", "11", "2", ("11.000000", "0.621942", "21.378058", "78.621942")),
        ("11", "11", "4", ("11.000000", "0.000000", "31.756116", "0.000000")),
        ("0.5", "0.00005", "0.000025", ("0.000050", "0.000000", "0.000180", "0.499820")),
        ("9", "5", "0", (None, None, None, None)),
        ("9", None, None, (None, None, None, None)),
    ],
)
def test_range_has_its_floor_at_nothing_and_none_without_a_spread(
    spark: SparkSession, cost: str, expected: str | None, mad: str | None, bounds: Bounds
) -> None:
    row = tuple(None if text is None else Decimal(text) for text in (cost, expected, mad))
    costs = spark.createDataFrame([row], "cost_usd decimal(28,6), median decimal(28,8), mad decimal(28,8)")
    [found] = with_bounds(costs, expected="median", mad="mad").collect()
    names = ("expected_usd", "lower_usd", "upper_usd", "impact_usd")
    assert tuple(None if found[name] is None else f"{found[name]:.6f}" for name in names) == bounds
