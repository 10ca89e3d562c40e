"""Whole numbers of costs, ratios and residuals."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.trained.numbers import (
    above,
    below,
    dollars,
    expected_cost,
    middle,
    millionths,
    percentile99,
    residual,
    share,
)

DOLLAR = 1_000_000


def values(spark: SparkSession, *columns: Column) -> list[object]:
    return list(spark.range(1).select(*columns).collect()[0])


def whole(value: int | None) -> Column:
    return F.lit(value).cast("bigint")


def array(*items: int) -> Column:
    return F.array(*map(whole, items)).cast("array<bigint>")


def test_dollars_are_exact_and_limited(spark: SparkSession) -> None:
    costs = ("0.000001", "-3.5", "100000000.000001", "-9999999999999999999", None)
    cast = [millionths(F.lit(cost).cast("decimal(28,6)")) for cost in costs]
    assert values(spark, *cast) == [1, -3_500_000, 10**14, -(10**14), None]
    assert values(spark, dollars(whole(-1)), dollars(whole(None))) == [Decimal("-0.000001"), None]


def test_residuals_of_twice_and_half_are_equally_large(spark: SparkSession) -> None:
    pairs = [(20, 10), (10, 20), (10, 10), (10**8, 1), (0, 10), (None, 10), (10, None)]
    found = [residual(*(whole(None if usd is None else usd * DOLLAR) for usd in pair)) for pair in pairs]
    assert values(spark, *found) == [10_000, -10_000, 0, 1_000_000, -1_000_000, None, None]


def test_cents_count_as_differences_of_a_cent(spark: SparkSession) -> None:
    found = [residual(whole(cost), whole(0)) for cost in (5_000, -5_000, 10_000)]
    assert values(spark, *found) == [5_000, -5_000, 10_000]


def test_bounds_are_the_costs_of_a_residual(spark: SparkSession) -> None:
    expected = whole(10 * DOLLAR)
    found = values(spark, above(expected, whole(10_000)), below(expected, whole(10_000)))
    assert found == [20 * DOLLAR, 5 * DOLLAR]
    small = values(
        spark,
        below(whole(12_000), whole(5_000)),
        below(whole(4_000), whole(5_000)),
        below(whole(None), whole(1)),
    )
    assert small == [7_000, 0, None]


def test_shares_and_expected_costs_are_limited(spark: SparkSession) -> None:
    shares = [
        share(whole(cost), whole(typical))
        for cost, typical in ((5, 10), (5, 10_000), (-5, 20_000), (10**14, 10_000))
    ]
    assert values(spark, *shares) == [None, 5, 0, 1_000_000]
    costs = [expected_cost(whole(level), whole(5_000)) for level in (10, -10, 10**16, None)]
    assert values(spark, *costs) == [5, 0, 10**14, None]


@pytest.mark.parametrize(
    ("ordered", "median", "p99"),
    [((), None, None), ((7,), 7, 7), ((1, 4), 2, 3), ((-4, -1), -2, -2), (tuple(range(101)), 50, 99)],
)
def test_order_statistics(
    spark: SparkSession, ordered: tuple[int, ...], median: int | None, p99: int | None
) -> None:
    assert values(spark, middle(array(*ordered)), percentile99(array(*ordered))) == [median, p99]
