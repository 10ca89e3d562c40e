"""The training job: its summary, and a domain without models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from glue_jobs import train_anomaly_model
from glue_jobs.training.training import Trained
from lake.errors import CaudalError
from lake.naming import RunStatus, run_detail_key, run_key
from tests.fakes import FolderStore
from tests.glue_jobs.training.conftest import NOW, arguments


def trained(status: str) -> Trained:
    return Trained(
        model="cost_anomaly", status=status, version="m-20251130-0123456789ab", champion="cold-start",
        sentences=("Model cost_anomaly: done.",), table="F1  0.9", figures={"f1": "0.9"},
    )  # fmt: skip


@pytest.mark.parametrize("status", [RunStatus.PROMOTED, RunStatus.KEPT, RunStatus.UNCHANGED])
def test_summary_has_status_message_and_versions_and_the_detail_the_figures(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    monkeypatch.setattr(train_anomaly_model, "train_model", lambda *_: trained(status))
    store = FolderStore(tmp_path)
    summary = train_anomaly_model.run(spark, store, arguments(), NOW)
    written = json.loads(store.read("processed", run_key("cloud_provider", "x0001", "train_anomaly_model")))
    assert written.items() >= summary.items()
    assert (summary["status"], summary["message"]) == (status, "Model cost_anomaly: done.\nF1  0.9")
    assert summary["models"] == {
        "cost_anomaly": {"status": status, "version": "m-20251130-0123456789ab", "champion": "cold-start"}
    }
    detail = json.loads(
        store.read("processed", run_detail_key("cloud_provider", "x0001", "train_anomaly_model"))
    )
    assert detail["figures"] == {"cost_anomaly": {"f1": "0.9"}}


def test_domain_without_models_is_not_trained(spark: SparkSession, tmp_path: Path) -> None:
    from dataclasses import replace

    with pytest.raises(CaudalError, match="the domain has no model"):
        train_anomaly_model.run(spark, FolderStore(tmp_path), replace(arguments(), domain="ecommerce"), NOW)
