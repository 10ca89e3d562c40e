"""Each table with new rows has two metrics; a failure of CloudWatch does not stop the run."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from glue_jobs.quality.metrics import put_metrics, table_metrics

TABLES = {
    "orders": {"rows_read": 5, "rows_bronze": 4, "rows_quarantined": 1, "files": 1},
    "events": {"rows_read": 9, "rows_bronze": 9, "rows_quarantined": 0, "files": 2},
    "reviews": {"rows_read": 0, "rows_bronze": 0, "rows_quarantined": 0, "files": 1},
}


def test_rows_read_and_quarantined_are_metrics_of_each_table() -> None:
    data = table_metrics("dev", "shop", TABLES)
    assert [(each["MetricName"], each["Dimensions"][2]["Value"], each["Value"]) for each in data] == [
        ("RowsRead", "events", 9),
        ("RowsQuarantined", "events", 0),
        ("RowsRead", "orders", 5),
        ("RowsQuarantined", "orders", 1),
    ]
    assert data[0]["Dimensions"] == [
        {"Name": "Environment", "Value": "dev"},
        {"Name": "Domain", "Value": "shop"},
        {"Name": "Table", "Value": "events"},
    ]


def test_cloudwatch_stores_the_metrics() -> None:
    with mock_aws():
        client = boto3.client("cloudwatch", region_name="us-east-1")
        assert put_metrics(client, "dev", "shop", TABLES)
        metrics = client.list_metrics(Namespace="Caudal", MetricName="RowsRead")["Metrics"]
    assert len(metrics) == 2


def test_run_without_new_files_sends_no_metrics() -> None:
    assert put_metrics(FailingCloudWatch(), "dev", "shop", {})


class FailingCloudWatch:
    """A CloudWatch client whose every call fails."""

    def put_metric_data(self, **_: Any) -> None:
        raise ClientError({"Error": {"Code": "InternalServiceFault", "Message": "later"}}, "PutMetricData")


def test_failure_of_cloudwatch_is_logged_and_not_raised(capsys: pytest.CaptureFixture[str]) -> None:
    assert not put_metrics(FailingCloudWatch(), "dev", "shop", TABLES)
    assert "CloudWatch did not store the metrics of shop" in capsys.readouterr().err
