"""The cloud provider's models."""

from __future__ import annotations

from lake.model.columns import integer, text
from lake.model.models import Model, Watch

COST_ANOMALY = Model(
    name="cost_anomaly",
    description="The usual daily cost of an organisation and service, and the bounds of usual costs.",
    inputs=("org_daily_usage_by_service", "anomaly_feedback"),
    fingerprinted="org_daily_usage_by_service",
    watch=Watch(
        mart="cost_anomaly_mart", value="cost_usd", lower="lower_usd", upper="upper_usd", by="service"
    ),
    key=("service",),
    parameters=(
        text("service", "Service; null for all services."),
        integer("season_days", "Days before a day from which its season is taken."),
        integer("level_days", "Days before a day from which its level is taken."),
        integer("spread_days", "Days before a day from which the spread of its residuals is taken."),
    ),
)

MODELS = (COST_ANOMALY,)
