"""Run models on the panels, and return their figures."""

from __future__ import annotations

from datetime import date
from functools import reduce
from typing import Protocol

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.backtest.cases import SERIES, held_out
from domains.cloud_provider.anomaly.backtest.figures import Results, compared, results
from domains.cloud_provider.anomaly.backtest.promotion import AS_OF, PUBLISHED
from domains.cloud_provider.anomaly.model import fit
from domains.cloud_provider.anomaly.scores import score

COSTS = ("org_id", "usage_date", "service", "cost_usd")

CANDIDATE = "candidate"
"""Column that names the rows of parameters, and of scores, that belong together."""


class Scorer(Protocol):
    """Scores daily costs by all candidates in one pass."""

    def __call__(
        self, daily_costs: DataFrame, candidates: DataFrame, feedback: DataFrame, *, since: date
    ) -> DataFrame:
        """Return candidate, org_id, usage_date, service, is_anomaly and others for the days from `since`."""


def backtest(
    labelled: DataFrame, feedback: DataFrame, candidates: DataFrame, scorer: Scorer, begin: date
) -> Results:
    """Return the figures of the candidates, by name, and of both readings of the cold start.

    `labelled` holds LABELLED rows, `feedback` verdicts with the names of the panels, `candidates` parameters
    with CANDIDATE; `begin` is the first held-out day. Each model scores all panels at once: their keys
    differ, so they share nothing.
    """
    costs = labelled.select(*COSTS)
    earlier = labelled.where(~held_out()).select(*COSTS)
    judged = labelled.where(held_out()).select(*COSTS)
    scored = scorer(costs, candidates, feedback, since=begin).withColumnRenamed(CANDIDATE, "model")
    flags = [
        _flags(score(judged, fit(costs)).withColumn("model", F.lit(PUBLISHED))),
        _flags(score(judged, fit(earlier)).withColumn("model", F.lit(AS_OF))),
        _flags(scored),
    ]
    sums = compared(labelled, reduce(DataFrame.unionByName, flags)).collect()
    return results((row.asDict() for row in sums), _organisation_days(labelled))


def _flags(scored: DataFrame) -> DataFrame:
    is_anomaly = F.coalesce(F.col("is_anomaly"), F.lit(False)).alias("is_anomaly")
    return scored.select("model", *SERIES, "usage_date", is_anomaly)


def _organisation_days(labelled: DataFrame) -> dict[str, int]:
    """Return panel → organisations × days from the first to the last held-out day with a cost."""
    held = labelled.where(held_out()).groupBy("panel")
    days = F.max("day") - F.min("day") + 1
    counted = held.agg((F.count_distinct("org_id") * days).alias("days")).collect()
    return {row["panel"]: int(row["days"]) for row in counted}
