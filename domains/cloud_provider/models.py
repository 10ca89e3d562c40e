"""The cloud provider's models."""

from __future__ import annotations

from domains.cloud_provider.anomaly.trained.parameters import (
    LEFT_OUT,
    TRAINED_KEY,
    TRAINED_PARAMETERS,
)
from lake.model.models import Fingerprint, Model, Watch

COST_ANOMALY = Model(
    name="cost_anomaly",
    description="The usual daily cost of an organisation and service, and the bounds of usual costs.",
    inputs=("org_daily_usage_by_service", "anomaly_feedback"),
    fingerprint=Fingerprint(
        mart="org_daily_usage_by_service",
        dated_by="usage_date",
        columns=("org_id", "usage_date", "service", "cost_usd"),
    ),
    watch=Watch(
        mart="cost_anomaly_mart",
        value="cost_usd",
        lower="lower_usd",
        upper="upper_usd",
        by="service",
        verdict="verdict",
        explained=LEFT_OUT,
    ),
    feedback="anomaly_feedback",
    key=TRAINED_KEY,
    parameters=TRAINED_PARAMETERS,
)

MODELS = (COST_ANOMALY,)
