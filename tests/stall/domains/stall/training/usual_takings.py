"""The training of the usual takings: the smallest and the largest of the days that nobody had planned."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.model.training import Decision, Training


def train(takings_by_day: DataFrame, verdicts: DataFrame, champion: DataFrame | None) -> Training:
    """Return the bounds of all stalls. The first version is promoted, later ones are kept."""
    planned = verdicts.where("verdict = 'planned'").select("stall", "day")
    usual = takings_by_day.join(planned, on=["stall", "day"], how="left_anti")
    bounds = usual.agg(F.min("taken").alias("low"), F.max("taken").alias("high")).first()
    window = takings_by_day.agg(F.min("day").alias("first"), F.max("day").alias("last")).first()
    if bounds is None or window is None or bounds["low"] is None:
        return Training(decision=Decision.TOO_LITTLE_DATA, reasons=("There are no days.",))
    return Training(
        decision=Decision.PROMOTE if champion is None else Decision.KEEP,
        reasons=("It is the first.",) if champion is None else ("There is one already.",),
        parameters=({"stall": None, "low": bounds["low"], "high": bounds["high"]},),
        window_start=window["first"],
        window_end=window["last"],
    )
