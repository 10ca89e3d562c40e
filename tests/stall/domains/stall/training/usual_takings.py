"""The training of the usual takings, which no test runs."""

from __future__ import annotations

from pyspark.sql import DataFrame


def train(takings_by_day: DataFrame, verdicts: DataFrame, champion: DataFrame | None) -> None:
    """Train nothing."""
