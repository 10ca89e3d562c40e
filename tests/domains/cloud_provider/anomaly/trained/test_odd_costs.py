"""Declared outcomes of odd costs: constant, single, unknown, zero, negative, huge, with gaps, explained."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from pyspark.sql import Row, SparkSession

from tests.domains.cloud_provider.anomaly.trained import oracle
from tests.domains.cloud_provider.anomaly.trained.costs import by_key, scores, series, trained

USUAL = [10, 11, 9] * 12
SERIES: dict[str, Sequence[object]] = {
    "constant": [5] * 40 + ["5.3", "5.2", "5.01"],
    "single": [5],
    "unknown": [None] * 40,
    "zeros": [0] * 40 + [1],
    "negative": ["-0.01", 0, "0.01"] * 14 + ["-3"],
    "huge": [*USUAL, "99999999999999999999.5", 10],
    "gap": [*USUAL, *["-"] * 60, 30, 10],
    "change": [*USUAL, *[30] * 9],
    "back": [*USUAL, *[30] * 3, 10],
    "weekend": [10, 10, 10, 10, 10, 2, 2] * 8 + [10, 10, 10, 10, 10, 10, 2],
    "half": [*USUAL, 1],
}
"""Service → costs a day; each is a service of its own, so that they share nothing."""


@pytest.fixture(scope="module")
def days(spark: SparkSession) -> dict[str, list[Row]]:
    """Return the rows of each service by day; they equal those of the whole numbers in Python."""
    costs = [cost for name, amounts in SERIES.items() for cost in series(amounts, service=name)]
    # A planned week at three times the cost.
    planned = series([*USUAL, *[30] * 10, 10], service="planned")
    costs += [cost._replace(left_out=36 <= place < 46) for place, cost in enumerate(planned)]
    found = by_key(trained(spark, costs))
    for cost, score in oracle.scores(costs, level_costs=42, width_percent=150).items():
        assert scores(found[cost.org, cost.day, cost.service]) == score, cost
    return {
        name: [row for (_, _, service), row in sorted(found.items(), key=_day) if service == name]
        for name in {cost.service for cost in costs}
    }


def _day(item: tuple[tuple[str, date, str], Row]) -> date:
    return item[0][1]


def anomalies(rows: Sequence[Row]) -> list[bool]:
    return [row["is_anomaly"] for row in rows]


def test_few_percent_above_a_constant_cost_are_no_anomaly(days: dict[str, list[Row]]) -> None:
    assert anomalies(days["constant"]) == [False] * 40 + [False, False, False]
    assert days["constant"][-1]["upper_usd"] == Decimal("5.490000")


def test_nothing_is_known_about_single_and_unknown_costs(days: dict[str, list[Row]]) -> None:
    for row in days["single"] + days["unknown"]:
        assert (row["zscore"], row["mad_score"], row["expected_usd"], row["anomaly_score"]) == (
            None,
            None,
            None,
            0,
        )


def test_first_cost_after_zeros_is_an_anomaly_and_cents_around_zero_are_not(
    days: dict[str, list[Row]],
) -> None:
    assert anomalies(days["zeros"])[-1]
    assert days["zeros"][-1]["expected_usd"] == 0
    assert anomalies(days["negative"][14:-1]) == [False] * 28
    assert days["negative"][-1]["lower_usd"] == 0


def test_huge_cost_is_an_anomaly_and_does_not_hide_the_next_day(days: dict[str, list[Row]]) -> None:
    huge, after = days["huge"][-2:]
    assert (huge["is_anomaly"], after["is_anomaly"]) == (True, False)
    assert huge["impact_usd"] == huge["cost_usd"] - huge["upper_usd"]


def test_gap_of_weeks_is_no_anomaly_and_costs_after_it_are_compared_with_those_before(
    days: dict[str, list[Row]],
) -> None:
    assert anomalies(days["gap"][-2:]) == [True, False]


def test_new_level_is_usual_after_a_week_and_three_days_change_nothing(days: dict[str, list[Row]]) -> None:
    assert anomalies(days["change"][-9:]) == [True] * 7 + [False] * 2
    assert anomalies(days["back"][-4:]) == [True] * 3 + [False]


def test_planned_days_are_scored_and_change_no_later_day(days: dict[str, list[Row]]) -> None:
    *planned, after = days["planned"][-11:]
    assert anomalies(planned) == [True] * 10
    assert (after["is_anomaly"], after["expected_usd"]) == (False, Decimal(10))


def test_weekend_as_expensive_as_a_workday_is_an_anomaly(days: dict[str, list[Row]]) -> None:
    assert anomalies(days["weekend"][-7:]) == [False] * 5 + [True, False]


def test_drop_is_an_anomaly_without_impact(days: dict[str, list[Row]]) -> None:
    drop = days["half"][-1]
    assert (drop["is_anomaly"], drop["anomaly_score"], drop["impact_usd"]) == (True, 2, 0)
