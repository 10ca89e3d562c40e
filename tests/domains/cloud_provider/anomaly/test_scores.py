"""Anomaly scores of daily costs: literal cases, and random cases against rational numbers."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from pyspark.sql import SparkSession

from domains.cloud_provider.anomaly.model import fit
from domains.cloud_provider.anomaly.scores import score
from domains.cloud_provider.marts import ORG_DAILY_USAGE_BY_SERVICE
from tests.domains.cloud_provider.anomaly import oracle
from tests.domains.cloud_provider.anomaly.costs import FIRST_DAY, HISTORY, cold_start, daily, last_day
from tests.frames import frame, texts


def test_equal_costs_have_no_scores_and_no_flags(spark: SparkSession) -> None:
    columns = ("zscore", "mad_score", "p99_usd", "anomaly_score", "is_anomaly")
    assert last_day(spark, ["0.1"] * 14, *columns) == (None, None, "0.100000", "0", "false")
    assert last_day(spark, ["5"], *columns) == (None, None, "5.000000", "0", "false")


def test_score_at_its_limit_is_no_flag(spark: SparkSession) -> None:
    # Mean 1, deviation 2, and mean 1, deviation 1/3: both last costs are three deviations above the mean.
    assert last_day(spark, [0] * 12 + [3] * 3 + [7], "zscore", "is_zscore") == ("3.000000", "false")
    assert last_day(spark, [0] + [1] * 17 + [2], "zscore", "is_zscore") == ("3.000000", "false")
    assert last_day(spark, [0] * 12 + [3] * 3 + ["7.00001"], "is_zscore") == ("true",)
    # Median 0, MAD 1349: 7000 is 3.5 MAD scores away.
    around = [-1349] * 7 + [0] * 3 + [1349] * 7
    assert last_day(spark, [*around, -7000, 7000], "mad_score", "is_mad") == ("3.500000", "false")
    assert last_day(spark, [*around, -7000, "7000.000001"], "mad_score", "is_mad") == ("3.500000", "true")


def test_largest_cost_exceeds_the_percentile_unless_it_is_repeated(spark: SparkSession) -> None:
    assert last_day(spark, [*range(1, 15)], "p99_usd", "is_p99") == ("13.870000", "true")
    assert last_day(spark, [*range(1, 14), "0.3", "0.3", 13], "p99_usd", "is_p99") == ("13.000000", "false")


def test_fewer_than_fourteen_days_are_scored_with_the_model_of_the_service(spark: SparkSession) -> None:
    regular = [10, 12] * 20
    costs = {
        ("org_1", "compute"): regular,
        ("org_2", "compute"): [50] * 13,
        ("org_3", "compute"): [50] * 14,
        ("org_2", "genai"): [50] * 13,
    }
    mart = cold_start(daily(spark, costs)).where("usage_date = DATE '2025-07-01'")
    assert texts(mart, ["org_id", "service", "observations", "zscore", "mad_score"]) == [
        ("org_1", "compute", "40", "-0.987421", "-0.674500"),
        ("org_2", "compute", "13", "1.207060", "12.815500"),
        ("org_2", "genai", "13", None, None),
        ("org_3", "compute", "14", None, None),
    ]


def test_trained_model_scores_new_costs(spark: SparkSession) -> None:
    trained = fit(daily(spark, HISTORY), version="2025-08")
    today = daily(spark, {("org_1", "compute"): [20], ("org_9", "compute"): [20], ("org_9", "genai"): [1]})
    assert texts(score(today, trained), ["org_id", "service", "observations", "anomaly_score", "model_version"]) == [
        ("org_1", "compute", "14", "3", "2025-08"),
        ("org_9", "compute", "0", "0", "2025-08"),
        ("org_9", "genai", "0", "0", None),
    ]  # fmt: skip


def test_absurd_costs_do_not_stop_the_scoring(spark: SparkSession) -> None:
    absurd = "9999999999999999999.999999"
    assert last_day(spark, [1, 2] * 10 + [absurd] * 4 + [3], "zscore", "mad_score") == (
        "-0.427618",
        "0.674500",
    )


def _random_costs(seed: int) -> list[oracle.DailyCost]:
    """Return series of about fourteen days, the limit: constant, sparse, tiny, huge and spiky ones."""
    chance = random.Random(seed)
    costs = []
    for number in range(30):
        unit = chance.choice([Decimal("0.000001"), Decimal("0.01"), Decimal(1), Decimal(1000)])
        most = chance.choice([1, 3, 50, 10**6])
        for day in range(chance.choice([1, 2, 13, 14, 15, 40, 101])):
            spike = 300 if chance.random() < 0.03 else 1
            cost = unit * chance.randint(0, most) * spike
            service = chance.choice(["compute", "genai"]) if number % 3 == 0 else "storage"
            costs.append((f"org_{number:02}", str(FIRST_DAY + timedelta(days=day)), service, cost))
    return costs


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_scores_equal_those_in_rational_numbers(spark: SparkSession, seed: int) -> None:
    costs = _random_costs(seed)
    rows = "\n".join(f"{org} | {day} | {service} | {cost:f}" for org, day, service, cost in costs)
    mart = cold_start(
        frame(spark, ORG_DAILY_USAGE_BY_SERVICE.columns, f"org_id | usage_date | service | cost_usd\n{rows}")
    )
    actual = {
        (row["org_id"], str(row["usage_date"]), row["service"]): tuple(row)[4:13] for row in mart.collect()
    }

    expected = oracle.scores(costs)

    assert {key: values for key, values in actual.items() if values != expected[key]} == {}
    assert actual.keys() == expected.keys()
    assert {sum(values[4:7]) for values in expected.values()} == {0, 1, 2, 3}
