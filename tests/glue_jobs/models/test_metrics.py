"""Each trained model has one metric per publication."""

from __future__ import annotations

from typing import Any

from glue_jobs.models.metrics import model_metrics, put_model_metrics
from lake.naming import COLD_START

MODELS: dict[str, dict[str, Any]] = {
    "prices": {"version": "m-1", "misfits": ["SE", "DK"]},
    "costs": {"version": "m-2", "misfits": []},
    "untrained": {"version": COLD_START, "misfits": []},
}


def test_number_of_misfits_is_a_metric_of_each_trained_model() -> None:
    data = model_metrics("dev", "shop", MODELS)
    assert [(each["Dimensions"][2]["Value"], each["MetricName"], each["Value"]) for each in data] == [
        ("costs", "ModelMisfits", 0),
        ("prices", "ModelMisfits", 2),
    ]


class CloudWatch:
    """A CloudWatch client that keeps what it is sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def put_metric_data(self, *, Namespace: str, MetricData: list[dict[str, Any]]) -> None:
        assert Namespace == "Caudal"
        self.sent += MetricData


def test_metrics_are_sent() -> None:
    client = CloudWatch()
    assert put_model_metrics(client, "dev", "shop", MODELS)
    assert len(client.sent) == 2


def test_run_on_the_cold_start_sends_nothing() -> None:
    client = CloudWatch()
    assert put_model_metrics(client, "dev", "shop", {"untrained": MODELS["untrained"]})
    assert client.sent == []
