"""Scores of the trained model: random series against whole numbers in Python, and no look at later days."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.trained.scores import score_candidates, score_trained
from tests.domains.cloud_provider.anomaly.trained import oracle
from tests.domains.cloud_provider.anomaly.trained.costs import (
    FIRST_DAY,
    PARAMETERS,
    by_key,
    costs_frame,
    feedback_frame,
    random_costs,
    scores,
    trained,
)


@pytest.mark.parametrize("seed", range(3))
def test_scores_equal_those_of_whole_numbers(spark: SparkSession, seed: int) -> None:
    costs = random_costs(seed)
    found = by_key(trained(spark, costs, level_costs=(28, 42)[seed % 2]))
    expected = oracle.scores(costs, level_costs=(28, 42)[seed % 2], width_percent=150)
    assert len(found) == len(costs)
    for cost, score in expected.items():
        assert scores(found[cost.org, cost.day, cost.service]) == score, cost


def test_scores_do_not_depend_on_later_days(spark: SparkSession) -> None:
    costs = random_costs(9)
    today = FIRST_DAY + timedelta(days=200)
    changed = [
        cost._replace(usd=Decimal(7777), left_out=False) if cost.day > today else cost
        for place, cost in enumerate(costs)
        if cost.day <= today or place % 3
    ]
    is_past = F.col("usage_date") <= F.lit(today)
    known = by_key(trained(spark, [cost for cost in costs if cost.day <= today]))
    assert by_key(trained(spark, costs).where(is_past)) == known
    assert by_key(trained(spark, changed).where(is_past)) == known


def test_candidates_score_the_newest_days_as_the_model_does(spark: SparkSession) -> None:
    costs = random_costs(5)
    since = FIRST_DAY + timedelta(days=230)
    settings = [(1, None, 28, 125), (1, "genai", 42, 175), (2, None, 42, 150)]
    candidates = spark.createDataFrame(
        settings, "candidate int, service string, level_costs int, width_percent int"
    )
    newest = score_candidates(
        costs_frame(spark, costs), candidates, feedback_frame(spark, costs), since=since
    )
    for candidate in (1, 2):
        rows = [(*setting[1:], "m-1") for setting in settings if setting[0] == candidate]
        whole = score_trained(
            costs_frame(spark, costs), spark.createDataFrame(rows, PARAMETERS), feedback_frame(spark, costs)
        )
        expected = by_key(whole.where(F.col("usage_date") >= F.lit(since)))
        found = by_key(newest.where(F.col("candidate") == candidate))
        assert {key: scores(row) for key, row in found.items()} == {
            key: scores(row) for key, row in expected.items()
        }
