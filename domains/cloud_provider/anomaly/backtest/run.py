"""Run models on the panels, and return their figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.backtest.cases import SERIES
from domains.cloud_provider.anomaly.backtest.figures import Results, compared, results
from domains.cloud_provider.anomaly.backtest.promotion import AS_OF, PUBLISHED
from domains.cloud_provider.anomaly.model import fit
from domains.cloud_provider.anomaly.scores import score

COSTS = ("org_id", "usage_date", "service", "cost_usd")

Scorer = Callable[[DataFrame, DataFrame], DataFrame]
"""Takes daily costs (COSTS) and feedback, and returns org_id, usage_date, service, is_anomaly and others."""


def backtest(labelled: DataFrame, feedback: DataFrame, models: Mapping[str, Scorer]) -> Results:
    """Return the figures of `models`, by name, and of both readings of the cold start.

    `labelled` holds LABELLED rows, `feedback` verdicts with the names of the panels. Each model scores all
    panels at once: their keys differ, so they share nothing.
    """
    costs = labelled.select(*COSTS)
    earlier = labelled.where(~F.col("held_out")).select(*COSTS)
    flags = [
        _flags(PUBLISHED, score(costs, fit(costs))),
        _flags(AS_OF, score(costs, fit(earlier))),
        *(_flags(name, scorer(costs, feedback)) for name, scorer in models.items()),
    ]
    sums = compared(labelled, reduce(DataFrame.unionByName, flags)).collect()
    return results((row.asDict() for row in sums), _organisation_days(labelled))


def _flags(model: str, scored: DataFrame) -> DataFrame:
    is_anomaly = F.coalesce(F.col("is_anomaly"), F.lit(False)).alias("is_anomaly")
    return scored.select(F.lit(model).alias("model"), *SERIES, "usage_date", is_anomaly)


def _organisation_days(labelled: DataFrame) -> dict[str, int]:
    """Return panel → organisations × days from the first to the last held-out day with a cost."""
    held = labelled.where(F.col("held_out")).groupBy("panel")
    days = F.date_diff(F.max("usage_date"), F.min("usage_date")) + 1
    counted = held.agg((F.count_distinct("org_id") * days).alias("days")).collect()
    return {row["panel"]: int(row["days"]) for row in counted}
