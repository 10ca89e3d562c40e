"""The training of the anomaly model: candidates against the champion and the cold start."""

from __future__ import annotations

from pyspark.sql import DataFrame

from domains.cloud_provider.anomaly.backtest.judge import judge
from domains.cloud_provider.anomaly.trained.parameters import CANDIDATES, TRAINED_PARAMETERS
from domains.cloud_provider.anomaly.trained.scores import score_candidates
from lake.model.training import Training


def train(
    org_daily_usage_by_service: DataFrame, anomaly_feedback: DataFrame, champion: DataFrame | None
) -> Training:
    """Return the best candidate, and whether it is to replace the champion.

    `champion` holds the promoted parameters, None while the model is the cold start.
    """
    return judge(
        org_daily_usage_by_service,
        anomaly_feedback,
        CANDIDATES,
        champion,
        score_candidates,
        TRAINED_PARAMETERS,
    )
