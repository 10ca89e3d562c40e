"""The training of the anomaly model, with its own formulas, on few days of few series."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.cloud_provider.anomaly.trained.parameters import CANDIDATES
from domains.cloud_provider.training.cost_anomaly import train
from lake.model.training import Decision
from tests.domains.cloud_provider.anomaly.backtest.test_cases import feedback
from tests.domains.cloud_provider.anomaly.backtest.test_judge import costs


def test_one_of_the_candidates_is_chosen_and_beats_the_cold_start_on_made_up_costs(
    spark: SparkSession,
) -> None:
    outcome = train(costs(spark), feedback(spark).limit(0), None)
    assert outcome.decision is not Decision.TOO_LITTLE_DATA
    [chosen] = outcome.parameters
    assert chosen in CANDIDATES
    assert len(outcome.figures["candidates"]) == len(CANDIDATES)  # type: ignore[arg-type]


def test_one_finished_day_of_history_is_too_little(spark: SparkSession) -> None:
    outcome = train(costs(spark, days=2), feedback(spark).limit(0), None)
    assert outcome.decision is Decision.TOO_LITTLE_DATA
