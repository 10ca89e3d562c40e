"""Anomaly scores of daily costs: literal cases, and random cases against rational numbers."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
from pyspark.sql import DataFrame, SparkSession

from domains.cloud_provider.anomaly.model import PARAMETERS, fit
from domains.cloud_provider.anomaly.scores import score
from domains.cloud_provider.gold.cost_anomaly_mart import build
from domains.cloud_provider.marts import COST_ANOMALY_MART, ORG_DAILY_USAGE_BY_SERVICE
from tests.domains.cloud_provider.anomaly import oracle
from tests.frames import assert_published, frame, texts

FIRST_DAY = date(2025, 7, 1)


def _daily(spark: SparkSession, costs: Mapping[tuple[str, str], Sequence[object]]) -> DataFrame:
    """Return a frame of daily costs from (organisation, service) → costs, one per day."""
    rows = [
        f"{org} | {service} | {FIRST_DAY + timedelta(days=place)} | {cost}"
        for (org, service), series in costs.items()
        for place, cost in enumerate(series)
    ]
    table = "\n".join(["org_id | service | usage_date | cost_usd", *rows])
    return frame(spark, ORG_DAILY_USAGE_BY_SERVICE.columns, table)


def _last_day(spark: SparkSession, series: Sequence[object], *columns: str) -> tuple[str | None, ...]:
    """Return the named scores of the last cost in the series of one organisation."""
    mart = build(_daily(spark, {("org_1", "compute"): series}))
    day = FIRST_DAY + timedelta(days=len(series) - 1)
    return texts(mart.where(f"usage_date = DATE '{day}'"), columns)[0]


def test_spike_is_an_anomaly_by_all_three_tests(spark: SparkSession) -> None:
    mart = build(_daily(spark, {("org_1", "compute"): [9, 11] * 7 + [100]}))
    assert_published(
        mart.where("usage_date >= DATE '2025-07-14'"),
        COST_ANOMALY_MART,
        """
        org_id | usage_date | service | cost_usd   | observations | zscore    | mad_score | p99_usd   | is_zscore | is_mad | is_p99 | anomaly_score | is_anomaly | model_version
        org_1  | 2025-07-14 | compute | 11.000000  | 15           | -0.214967 | 0.000000  | 87.540000 | false     | false  | false  | 0             | false      | cold-start
        org_1  | 2025-07-15 | compute | 100.000000 | 15           | 3.611442  | 30.015250 | 87.540000 | true      | true   | true   | 3             | true       | cold-start
        """,
    )


def test_equal_costs_have_no_scores_and_no_flags(spark: SparkSession) -> None:
    columns = ("zscore", "mad_score", "p99_usd", "anomaly_score", "is_anomaly")
    assert _last_day(spark, ["0.1"] * 14, *columns) == (None, None, "0.100000", "0", "false")
    assert _last_day(spark, ["5"], *columns) == (None, None, "5.000000", "0", "false")


def test_score_at_its_limit_is_no_flag(spark: SparkSession) -> None:
    # Mean 1, deviation 2, and mean 1, deviation 1/3: both last costs are three deviations above the mean.
    assert _last_day(spark, [0] * 12 + [3] * 3 + [7], "zscore", "is_zscore") == ("3.000000", "false")
    assert _last_day(spark, [0] + [1] * 17 + [2], "zscore", "is_zscore") == ("3.000000", "false")
    assert _last_day(spark, [0] * 12 + [3] * 3 + ["7.00001"], "is_zscore") == ("true",)
    # Median 0, MAD 1349: 7000 is 3.5 MAD scores away.
    around = [-1349] * 7 + [0] * 3 + [1349] * 7
    assert _last_day(spark, [*around, -7000, 7000], "mad_score", "is_mad") == ("3.500000", "false")
    assert _last_day(spark, [*around, -7000, "7000.000001"], "mad_score", "is_mad") == ("3.500000", "true")


def test_largest_cost_exceeds_the_percentile_unless_it_is_repeated(spark: SparkSession) -> None:
    assert _last_day(spark, [*range(1, 15)], "p99_usd", "is_p99") == ("13.870000", "true")
    assert _last_day(spark, [*range(1, 14), "0.3", "0.3", 13], "p99_usd", "is_p99") == ("13.000000", "false")


def test_fewer_than_fourteen_days_are_scored_with_the_model_of_the_service(spark: SparkSession) -> None:
    regular = [10, 12] * 20
    costs = {
        ("org_1", "compute"): regular,
        ("org_2", "compute"): [50] * 13,
        ("org_3", "compute"): [50] * 14,
        ("org_2", "genai"): [50] * 13,
    }
    mart = build(_daily(spark, costs)).where("usage_date = DATE '2025-07-01'")
    assert texts(mart, ["org_id", "service", "observations", "zscore", "mad_score"]) == [
        ("org_1", "compute", "40", "-0.987421", "-0.674500"),
        ("org_2", "compute", "13", "1.207060", "12.815500"),
        ("org_2", "genai", "13", None, None),
        ("org_3", "compute", "14", None, None),
    ]


def test_trained_model_scores_new_costs(spark: SparkSession) -> None:
    history = _daily(spark, {("org_1", "compute"): [9, 11] * 7, ("org_2", "compute"): [500]})
    trained = fit(history, version="2025-08")
    assert [(field.name, field.dataType.simpleString()) for field in trained.schema] == [
        (column.name, column.type) for column in PARAMETERS
    ]
    assert texts(trained, ["org_id", "observations", "mean", "model_version", "window_start", "window_end"]) == [
        ("org_1", "14", "10.0000000000000000", "2025-08", "2025-07-01", "2025-07-14"),
        ("org_2", "1", "500.0000000000000000", "2025-08", "2025-07-01", "2025-07-14"),
        (None, "15", "42.6666666666666667", "2025-08", "2025-07-01", "2025-07-14"),
    ]  # fmt: skip
    today = _daily(spark, {("org_1", "compute"): [20], ("org_9", "compute"): [20], ("org_9", "genai"): [1]})
    assert texts(score(today, trained), ["org_id", "service", "observations", "anomaly_score", "model_version"]) == [
        ("org_1", "compute", "14", "3", "2025-08"),
        ("org_9", "compute", "0", "0", "2025-08"),
        ("org_9", "genai", "0", "0", None),
    ]  # fmt: skip


def test_absurd_costs_do_not_stop_the_scoring(spark: SparkSession) -> None:
    absurd = "9999999999999999999.999999"
    assert _last_day(spark, [1, 2] * 10 + [absurd] * 4 + [3], "zscore", "mad_score") == (
        "-0.427618",
        "0.674500",
    )


def _random_costs(seed: int) -> list[oracle.DailyCost]:
    """Return series of about fourteen days, the limit: constant, sparse, tiny, huge and spiky ones."""
    chance = random.Random(seed)
    daily = []
    for number in range(30):
        unit = chance.choice([Decimal("0.000001"), Decimal("0.01"), Decimal(1), Decimal(1000)])
        most = chance.choice([1, 3, 50, 10**6])
        for day in range(chance.choice([1, 2, 13, 14, 15, 40, 101])):
            spike = 300 if chance.random() < 0.03 else 1
            cost = unit * chance.randint(0, most) * spike
            service = chance.choice(["compute", "genai"]) if number % 3 == 0 else "storage"
            daily.append((f"org_{number:02}", str(FIRST_DAY + timedelta(days=day)), service, cost))
    return daily


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_scores_equal_those_in_rational_numbers(spark: SparkSession, seed: int) -> None:
    daily = _random_costs(seed)
    rows = "\n".join(f"{org} | {day} | {service} | {cost:f}" for org, day, service, cost in daily)
    mart = build(
        frame(spark, ORG_DAILY_USAGE_BY_SERVICE.columns, f"org_id | usage_date | service | cost_usd\n{rows}")
    )
    actual = {
        (row["org_id"], str(row["usage_date"]), row["service"]): tuple(row)[4:-1] for row in mart.collect()
    }

    expected = oracle.scores(daily)

    assert {key: values for key, values in actual.items() if values != expected[key]} == {}
    assert actual.keys() == expected.keys()
    assert {sum(values[4:7]) for values in expected.values()} == {0, 1, 2, 3}
