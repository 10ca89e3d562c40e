"""The training of the anomaly model, with its own formulas, on few days of few series."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.backtest import reference
from domains.cloud_provider.anomaly.trained.parameters import CANDIDATES
from domains.cloud_provider.training import cost_anomaly
from domains.cloud_provider.training.cost_anomaly import train
from lake.model.training import Decision
from tests.domains.cloud_provider.anomaly.backtest.test_cases import feedback
from tests.domains.cloud_provider.anomaly.backtest.test_judge import costs

FIRST_HELD_OUT = date(2025, 4, 14)
LAST_FINISHED = FIRST_HELD_OUT + timedelta(days=reference.HELD_OUT_DAYS - 2)


def lively(spark: SparkSession, *, factor: int = 1) -> DataFrame:
    """Return 100 days of seasonal costs of four organisations; the last week of finished days × `factor`."""
    size = reference.Size(organisations=4, services=4, history_days=72)
    made = reference.reference(spark, FIRST_HELD_OUT, seed=5, size=size).where(
        F.col("panel") == reference.MADE_UP
    )
    is_last = F.col("usage_date") > F.lit(LAST_FINISHED - timedelta(days=7))
    cost = F.when(is_last, F.col("cost_usd") * factor).otherwise(F.col("cost_usd"))
    return made.select("org_id", "usage_date", "service", cost.cast("decimal(28,6)").alias("cost_usd"))


def test_clean_costs_promote_and_a_week_of_fifty_times_the_costs_does_not(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference, "STANDARD", reference.Size(organisations=2, history_days=140))
    monkeypatch.setattr(cost_anomaly, "CANDIDATES", CANDIDATES[4:5])
    nothing = feedback(spark).limit(0)
    clean = train(lively(spark), nothing, None)
    assert clean.decision is Decision.PROMOTE, clean.reasons
    assert clean.parameters == (CANDIDATES[4],)
    assert clean.window_end == LAST_FINISHED
    damaged = train(lively(spark, factor=50), nothing, None)
    assert damaged.decision is Decision.KEEP
    assert any(reason.startswith("In the week of 2025-05-05 a service costs") for reason in damaged.reasons)


def test_one_of_the_candidates_is_chosen_and_beats_the_cold_start_on_made_up_costs(
    spark: SparkSession,
) -> None:
    outcome = train(costs(spark), feedback(spark).limit(0), None)
    assert outcome.decision is not Decision.TOO_LITTLE_DATA
    [chosen] = outcome.parameters
    assert chosen in CANDIDATES
    assert len(outcome.figures["candidates"]) == len(CANDIDATES)  # type: ignore[arg-type]
    models: Any = outcome.figures["models"]
    for panel in reference.PANELS:
        f1 = {heading: Decimal(figures[panel]["all"]["f1"]) for heading, figures in models.items()}
        for rival in ("cold start", "cold start of earlier days"):
            assert f1["candidate"] > f1[rival], (panel, f1)


def test_one_finished_day_of_history_is_too_little(spark: SparkSession) -> None:
    outcome = train(costs(spark, days=2), feedback(spark).limit(0), None)
    assert outcome.decision is Decision.TOO_LITTLE_DATA
