"""Weeks that cost many times as much as their neighbours, or next to nothing, are damage."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from pyspark.sql import SparkSession

from domains.cloud_provider.anomaly.backtest.damage import Week, damage, weeks
from tests.domains.cloud_provider.anomaly.costs import daily

MONDAY = date(2025, 6, 30)


def history(*means: int) -> list[Week]:
    """Return weeks of ten daily costs with these means."""
    mondays = [MONDAY + timedelta(weeks=place) for place in range(len(means))]
    return [
        Week(monday=each, first=each, last=each, total=Decimal(mean * 10), rows=10)
        for each, mean in zip(mondays, means, strict=True)
    ]


@pytest.mark.parametrize(
    ("means", "damaged"),
    [
        ((10, 10, 500, 10, 10), ["2025-07-14"]),
        ((10, 10, 10, 10, 0), ["2025-07-28"]),
        ((10, 10, 10, 10, 500), ["2025-07-28"]),
        ((10, 12, 15, 20, 26, 34, 45, 60, 78), []),
        ((10, 10, 10, 30, 30, 30), []),
        ((10, 500), []),
        ((), []),
    ],
)
def test_damaged_weeks_are_named(means: tuple[int, ...], damaged: list[str]) -> None:
    found = list(damage(history(*means), MONDAY))
    assert [sentence.split()[4] for sentence in found] == damaged


def test_costs_that_are_all_zero_are_damage() -> None:
    assert list(damage(history(0, 0), MONDAY)) == [
        "All costs are zero: look at the source of the costs, and send them again."
    ]


def test_weeks_before_the_days_that_training_reads_do_not_count() -> None:
    weeks_read = history(10, 500, 10, 10, 10, 10)
    assert len(list(damage(weeks_read, MONDAY + timedelta(weeks=1)))) == 1
    assert list(damage(weeks_read, MONDAY + timedelta(weeks=2))) == []
    assert list(damage(history(10, 0, 0), MONDAY + timedelta(weeks=1))) != []


def test_weeks_have_the_sums_of_their_days(spark: SparkSession) -> None:
    # The first day is a Tuesday.
    costs = daily(spark, {("org_1", "compute"): [1] * 6 + [5, 6], ("org_2", "compute"): [2]})
    assert weeks(costs) == (
        Week(monday=MONDAY, first=date(2025, 7, 1), last=date(2025, 7, 6), total=Decimal(8), rows=7),
        Week(monday=date(2025, 7, 7), first=date(2025, 7, 7), last=date(2025, 7, 8), total=Decimal(11), rows=2),
    )  # fmt: skip
