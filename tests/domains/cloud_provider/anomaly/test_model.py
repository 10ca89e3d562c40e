"""The parameters of the anomaly model, fitted on daily costs."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.cloud_provider.anomaly.model import PARAMETERS, fit
from tests.domains.cloud_provider.anomaly.costs import HISTORY, daily
from tests.frames import texts


def test_fitted_model_has_parameters_by_organisation_and_by_service(spark: SparkSession) -> None:
    history = daily(spark, HISTORY)
    trained = fit(history, version="2025-08")
    assert [(field.name, field.dataType.simpleString()) for field in trained.schema] == [
        (column.name, column.type) for column in PARAMETERS
    ]
    assert texts(trained, ["org_id", "observations", "mean", "model_version", "window_start", "window_end"]) == [
        ("org_1", "14", "10.0000000000000000", "2025-08", "2025-07-01", "2025-07-14"),
        ("org_2", "1", "500.0000000000000000", "2025-08", "2025-07-01", "2025-07-14"),
        (None, "15", "42.6666666666666667", "2025-08", "2025-07-01", "2025-07-14"),
    ]  # fmt: skip
