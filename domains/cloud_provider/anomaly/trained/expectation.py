"""The expected cost of each day, its residual, and the usual size of residuals before it."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.trained.numbers import expected_cost, middle, residual
from domains.cloud_provider.anomaly.trained.series import (
    SERIES,
    WINDOW_DAYS,
    last,
    with_recent,
    with_season,
    with_usual_costs,
)
from domains.cloud_provider.anomaly.trained.services import service_costs
from domains.cloud_provider.anomaly.trained.spread import with_spread

FEWEST_COSTS = 4
"""From fewer earlier costs no cost of the series is expected."""

FEWEST_RESIDUALS = 10
"""With fewer earlier residuals the series is scored with the costs of its whole service."""

_SETTINGS = ("level_costs", "width_percent")
_JUDGED = ("expected", "residual", "known", "mad", "deviation", "p99")


def with_expectation(
    daily_costs: DataFrame, candidates: DataFrame, feedback: DataFrame, *, since: date | None
) -> DataFrame:
    """Return the daily costs from `since` on with what each candidate expects of them.

    The columns are org_id, usage_date, service, cost_usd, `cost` in millionths, `observations`, `candidate`,
    `width_percent`, `expected`, `residual`, and of the residuals before the day their number `known`, `mad`,
    `deviation` and `p99`.
    """
    usual = with_usual_costs(daily_costs, feedback)
    settings = _settings(candidates, daily_costs.select("service").distinct())
    levels = settings.select("service", "level_costs").distinct()
    # The residuals of the window before `since`, and the costs of the window before its Monday.
    learned = _on_or_after(since - timedelta(days=WINDOW_DAYS + 7) if since else None)
    wanted = _on_or_after(since)
    series = with_recent(with_season(usual)).where(learned).join(F.broadcast(levels), on="service")
    pooled = service_costs(usual.where(learned))
    judged = _with_service(_with_own(series, wanted).where(wanted), pooled)
    return judged.join(F.broadcast(settings), on=["service", "level_costs"])


def _on_or_after(day: date | None) -> Column:
    return F.lit(True) if day is None else F.col("usage_date") >= F.lit(day)


def _settings(candidates: DataFrame, services: DataFrame) -> DataFrame:
    """Return service, candidate and its settings: those of the service, else those of all services."""
    named = candidates.select("candidate", F.col("service").alias("of"), *_SETTINGS)
    fitting = services.crossJoin(F.broadcast(named)).where(
        F.col("of").isNull() | (F.col("of") == F.col("service"))
    )
    # A struct compares by its first field: a row of the service's own is larger than one of all services.
    best = F.max(F.struct(F.col("of").isNotNull(), *_SETTINGS)).alias("best")
    chosen = fitting.groupBy("service", "candidate").agg(best)
    return chosen.select("service", "candidate", *(F.col(f"best.{name}") for name in _SETTINGS))


def _with_own(series: DataFrame, wanted: Column) -> DataFrame:
    """Add `expected` and `residual` of a series' own earlier costs, and the spread of earlier residuals."""
    level = middle(F.sort_array(last(F.col("recent"), F.col("level_costs"))))
    is_known = F.col("observations") >= FEWEST_COSTS
    expected = series.withColumn("expected", F.when(is_known, expected_cost(level, F.col("season"))))
    judged = expected.withColumn("residual", residual(F.col("cost"), F.col("expected"))).drop("recent")
    learned = F.when(F.col("usual").isNotNull(), F.col("residual"))
    before = Window.partitionBy(*SERIES, "level_costs").orderBy("day").rangeBetween(-WINDOW_DAYS, -1)
    listed = judged.withColumn("residuals", F.collect_list(learned).over(before))
    return with_spread(listed, "residuals", fewest=FEWEST_RESIDUALS, when=wanted).drop("residuals")


def _with_service(rows: DataFrame, services: DataFrame) -> DataFrame:
    """Replace the judgement of series with little history by that of their whole service."""
    week = F.date_trunc("week", "usage_date").cast("date")
    joined = rows.withColumn("week", week).join(F.broadcast(services), on=["service", "week"], how="left")
    is_own = F.col("mad").isNotNull()
    compared = joined.withColumn("service_residual", residual(F.col("cost"), F.col("service_expected")))
    return compared.select(
        "org_id", "usage_date", "service", "cost_usd", "cost", "observations", "level_costs",
        *(F.when(is_own, F.col(name)).otherwise(F.col(f"service_{name}")).alias(name) for name in _JUDGED),
    )  # fmt: skip
