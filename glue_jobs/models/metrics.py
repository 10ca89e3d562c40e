"""Sends one CloudWatch metric per trained model and publication: for how many values it does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glue_jobs.quality.metrics import CloudWatch, send_metrics
from lake.naming import COLD_START, MODEL_MISFITS


def model_metrics(env: str, domain: str, models: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return MetricData from the `models` of a run summary. The cold start, which fits nothing, has none."""
    return [
        {
            "MetricName": MODEL_MISFITS,
            "Dimensions": [
                {"Name": "Environment", "Value": env},
                {"Name": "Domain", "Value": domain},
                {"Name": "Model", "Value": model},
            ],
            "Value": len(found["misfits"]),
            "Unit": "Count",
        }
        for model, found in sorted(models.items())
        if found["version"] != COLD_START
    ]


def put_model_metrics(
    client: CloudWatch, env: str, domain: str, models: Mapping[str, Mapping[str, Any]]
) -> bool:
    """Send the metrics of one run; if CloudWatch fails, log the error and return False."""
    return send_metrics(client, domain, model_metrics(env, domain, models))
