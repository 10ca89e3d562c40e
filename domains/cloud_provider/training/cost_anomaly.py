"""The training of the anomaly model."""

from __future__ import annotations

from typing import NoReturn

from pyspark.sql import DataFrame

from lake.errors import CaudalError


def train(
    org_daily_usage_by_service: DataFrame, anomaly_feedback: DataFrame, champion: DataFrame | None
) -> NoReturn:
    """Raise CaudalError: the model has no training yet, and its marts stay on the cold start."""
    raise CaudalError("the anomaly model has no training yet.", where="model cost_anomaly")
