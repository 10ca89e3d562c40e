"""Outcomes of a training: of data that suffices or not, of damaged data, and of odd verdicts.

The models here are cheap: the cold start of earlier days, flagged by one limit on its MAD score.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.backtest import judge as judging
from domains.cloud_provider.anomaly.backtest import panels, promotion, reference
from domains.cloud_provider.anomaly.backtest.judge import judge
from domains.cloud_provider.anomaly.backtest.promotion import CHAMPION, Verdict
from domains.cloud_provider.anomaly.model import fit
from domains.cloud_provider.anomaly.scores import score
from lake.model.columns import integer, text
from lake.model.training import Decision, Training
from tests.domains.cloud_provider.anomaly.backtest.test_cases import feedback

COLUMNS = (text("service", "x"), integer("limit", "x"))
START = date(2025, 1, 6)
DAYS = 70

GOOD, EAGER, BLIND = ({"service": None, "limit": limit} for limit in (60, 1, 1_000_000))
"""Models that flag what is unusual, everything, and nothing."""


@pytest.fixture(autouse=True)
def few_made_up_series(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the made-up panels small: what is decided does not depend on their size."""
    monkeypatch.setattr(reference, "STANDARD", reference.Size(organisations=2, history_days=56))


def scorer(daily_costs: DataFrame, candidates: DataFrame, feedback: DataFrame, *, since: date) -> DataFrame:
    """Score the days from `since` on by parameters fitted on the days before, flagged above `limit` tenths."""
    earlier, later = F.col("usage_date") < F.lit(since), F.col("usage_date") >= F.lit(since)
    scored = score(daily_costs.where(later), fit(daily_costs.where(earlier))).drop("is_anomaly")
    is_anomaly = F.coalesce(F.abs("mad_score") * 10 > F.col("limit"), F.lit(False))
    return scored.crossJoin(candidates.drop("service")).withColumn("is_anomaly", is_anomaly)


def costs(
    spark: SparkSession, *, organisations: int = 4, days: int = DAYS, cost: Column | None = None
) -> DataFrame:
    """Return daily costs of two services of each organisation: 60 to 140, unless `cost` is given."""
    usual = 60 + F.pmod(F.xxhash64("org_id", "service", "day"), F.lit(81).cast("bigint"))
    return (
        spark.range(2 * organisations)
        .select(
            F.concat(F.lit("org_"), F.floor(F.col("id") / 2)).alias("org_id"),
            F.concat(F.lit("service_"), F.col("id") % 2).alias("service"),
            "id",
            F.explode(F.sequence(F.lit(0), F.lit(days - 1))).alias("day"),
        )
        .select(
            "org_id",
            "service",
            F.date_add(F.lit(START), F.col("day").cast("int")).alias("usage_date"),
            (usual if cost is None else cost).cast("decimal(28,6)").alias("cost_usd"),
        )
    )


def trained(
    daily_costs: DataFrame,
    *candidates: Mapping[str, Any],
    champion: Mapping[str, Any] | None = None,
    verdicts: DataFrame | None = None,
) -> Training:
    spark = daily_costs.sparkSession
    given = feedback(spark).limit(0) if verdicts is None else verdicts
    promoted = None
    if champion is not None:
        promoted = spark.sql(
            f"SELECT CAST(NULL AS STRING) AS service, {champion['limit']} AS limit, 'm' AS model_version"
        )
    return judge(daily_costs, given, candidates or (GOOD,), promoted, scorer, COLUMNS)


# --- data that suffices


def test_promoted_candidate_comes_with_figures_window_and_table(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdict = Verdict(candidate="limit 60", promoted=True, reasons=("It is better.",))
    monkeypatch.setattr(promotion, "decide", lambda *_: verdict)
    outcome = trained(costs(spark), EAGER, GOOD, BLIND, champion=BLIND)
    assert (outcome.decision, outcome.reasons) == (Decision.PROMOTE, ("It is better.",))
    assert outcome.parameters == (GOOD,)
    # The newest of the days may be unfinished.
    assert (outcome.window_start, outcome.window_end) == (START, START + timedelta(days=DAYS - 2))
    assert outcome.figures["candidate"] == "limit 60"
    assert outcome.figures["held_out"] == {"begin": "2025-02-27", "end": "2025-03-15", "days": 17}
    assert set(outcome.figures["models"]) == {  # type: ignore[call-overload]
        "candidate", CHAMPION, "cold start", "cold start of earlier days",
    }  # fmt: skip
    lines = outcome.table.splitlines()
    assert lines[0].split("  ")[-1].strip() == "cold start of earlier days"
    assert {line.split("  ")[1] for line in lines if line.startswith("  ")} >= {
        "F1",
        "precision",
        "missed USD",
    }


def test_champion_that_is_still_the_best_stays(spark: SparkSession) -> None:
    outcome = trained(costs(spark), EAGER, GOOD, champion=GOOD)
    assert outcome.decision is Decision.KEEP
    assert outcome.reasons == ("The champion's parameters are still the best of all candidates.",)


def test_same_data_in_other_order_give_the_same_outcome(spark: SparkSession) -> None:
    everything = costs(spark)
    shuffled = everything.repartition(5, "usage_date").orderBy(F.rand(7))
    assert trained(everything, EAGER, GOOD) == trained(shuffled, EAGER, GOOD)


def test_one_organisation_is_judged(spark: SparkSession) -> None:
    outcome = trained(costs(spark, organisations=1))
    assert outcome.decision is Decision.TOO_LITTLE_DATA
    assert outcome.reasons[0].startswith("Only 4 anomalies could be injected into the last 17 days")
    services = costs(spark, organisations=4).withColumn("service", F.concat("org_id", "service"))
    assert trained(services.withColumn("org_id", F.lit("org_1"))).decision is not Decision.TOO_LITTLE_DATA


def test_costs_with_gaps_of_weeks_are_judged(spark: SparkSession) -> None:
    gap = F.col("usage_date").between(F.lit(START + timedelta(days=14)), F.lit(START + timedelta(days=35)))
    outcome = trained(costs(spark).where(~gap))
    assert outcome.decision is not Decision.TOO_LITTLE_DATA


def test_constant_costs_and_negative_roundings_are_judged(spark: SparkSession) -> None:
    rounded = F.when(F.col("day") % 9 == 0, F.lit(-0.01)).otherwise(F.lit(10))
    cost = F.when(F.col("id") % 2 == 0, F.lit(10)).otherwise(rounded)
    assert trained(costs(spark, cost=cost)).decision is not Decision.TOO_LITTLE_DATA


# --- data that does not


def test_no_costs_and_costs_that_are_null_are_too_little(spark: SparkSession) -> None:
    for daily in (costs(spark).limit(0), costs(spark, cost=F.lit(None))):
        outcome = trained(daily)
        assert (outcome.decision, outcome.parameters) == (Decision.TOO_LITTLE_DATA, ())
        assert outcome.reasons == ("There are no daily costs of finished days.",)


@pytest.mark.parametrize("days", [1, 2, 28])
def test_short_history_is_too_little(spark: SparkSession, days: int) -> None:
    outcome = trained(costs(spark, days=days))
    last = START + timedelta(days=days - 2)
    reason = f"The daily costs reach from {START} to {last}: 28 days are needed at least."
    if days == 1:
        reason = "There are no daily costs of finished days."
    assert (outcome.decision, outcome.reasons) == (Decision.TOO_LITTLE_DATA, (reason,))


def test_costs_that_are_all_zero_take_no_anomalies(spark: SparkSession) -> None:
    outcome = trained(costs(spark, cost=F.lit(0)), GOOD, champion=EAGER)
    assert outcome.decision is Decision.TOO_LITTLE_DATA


# --- damaged data


@cache
def week(number: int) -> tuple[date, date]:
    return START + timedelta(weeks=number), START + timedelta(weeks=number, days=6)


def poisoned(daily: DataFrame, poison: str) -> DataFrame:
    """Return daily costs with one week that costs 50 times as much or nothing, or without an organisation."""
    first, last = week(6)
    damaged = F.col("usage_date").between(F.lit(first), F.lit(last))
    if poison == "an organisation is missing":
        return daily.where(~((F.col("org_id") == "org_0") & (F.col("usage_date") >= F.lit(first))))
    if poison == "one organisation times 50":
        damaged &= F.col("org_id") == "org_0"
    factor = 0 if poison == "zeros" else 50
    cost = F.when(damaged, F.col("cost_usd") * factor).otherwise(F.col("cost_usd"))
    return daily.withColumn("cost_usd", cost.cast("decimal(28,6)"))


SEEN = ("times 50", "zeros")
"""Damage that is seen in the data themselves."""


@pytest.mark.parametrize("poison", [*SEEN, "one organisation times 50", "an organisation is missing"])
def test_damaged_week_does_not_replace_a_good_champion_by_a_bad_model(
    spark: SparkSession, poison: str
) -> None:
    # Of four organisations one that costs 50 times as much would be seen in the mean of all.
    daily = costs(spark, organisations=10 if poison == "one organisation times 50" else 4)
    outcome = trained(poisoned(daily, poison), EAGER, BLIND, champion=GOOD)
    assert outcome.decision is Decision.KEEP
    assert any("F1 on made-up costs, which are always clean" in reason for reason in outcome.reasons)
    assert outcome.reasons[0].startswith(f"In the week of {week(6)[0]} a service costs") == (poison in SEEN)


def test_unfinished_day_changes_nothing_but_the_end_of_the_window(spark: SparkSession) -> None:
    finished = costs(spark)
    last = F.lit(START + timedelta(days=DAYS - 1))
    part = F.when(F.col("usage_date") == last, F.lit(0)).otherwise(F.col("cost_usd")).cast("decimal(28,6)")
    outcome = trained(finished.withColumn("cost_usd", part))
    assert outcome == trained(finished)
    assert outcome.window_end == START + timedelta(days=DAYS - 2)


def test_damaged_week_before_the_days_that_training_reads_blocks_nothing(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    daily = costs(spark)
    damaged = F.col("usage_date").between(*map(F.lit, week(1)))
    cost = F.when(damaged, F.col("cost_usd") * 50).otherwise(F.col("cost_usd")).cast("decimal(28,6)")
    old = daily.withColumn("cost_usd", cost)
    assert trained(old).reasons[0].startswith(f"In the week of {week(1)[0]} a service costs")
    monkeypatch.setattr(panels, "HISTORY_DAYS", 35)
    outcome = trained(old)
    assert outcome.window_start == week(1)[1] + timedelta(days=4)
    assert not any(reason.startswith("In the week of") for reason in outcome.reasons)


# --- verdicts


def test_verdicts_are_counted_and_those_on_unknown_days_change_nothing(spark: SparkSession) -> None:
    held_out = START + timedelta(days=DAYS - 3)
    table = f"""
        org_id | usage_date | service   | verdict
        org_0  | {held_out} | service_0 | confirmed
        org_0  | {held_out} | service_1 | planned
        org_9  | {held_out} | service_1 | confirmed
        org_0  | 2031-01-01 | service_1 | planned
    """
    outcome = trained(costs(spark), verdicts=feedback(spark, table))
    assert outcome.figures["feedback"] == {"confirmed": 1, "explained": 1, "unknown": 2}
    models: Any = outcome.figures["models"]
    assert models["candidate"]["own"]["confirmed"]["cases"] == 1


def test_names_of_candidates_are_their_parameters() -> None:
    assert judging.name_of({"service": None, "limit": 3, "width": 2}) == "limit 3, width 2"
