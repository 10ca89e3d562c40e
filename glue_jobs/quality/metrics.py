"""Sends two CloudWatch metrics per table and run: rows read and rows quarantined.

There are only two because CloudWatch bills each combination of name and dimensions for the hours in which it
has data. Other counts are in run summaries and `quality_by_run`. One PutMetricData per run is cheaper than
log lines that CloudWatch has to parse, and needs no log group.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from lake.naming import METRICS_NAMESPACE

METRICS = {"RowsRead": "rows_read", "RowsQuarantined": "rows_quarantined"}
"""Metric → its count in a table's part of the run summary."""

PER_CALL = 1000


class CloudWatch(Protocol):
    """The part of the CloudWatch client that this module uses."""

    def put_metric_data(self, *, Namespace: str, MetricData: list[dict[str, Any]]) -> Any:
        """Store up to PER_CALL values."""


def table_metrics(env: str, domain: str, tables: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    """Return one run's MetricData from the `tables` of its summary, by Environment, Domain and Table.

    A table without new rows has no values: a stream may run every few minutes.
    """
    return [
        {
            "MetricName": metric,
            "Dimensions": [
                {"Name": "Environment", "Value": env},
                {"Name": "Domain", "Value": domain},
                {"Name": "Table", "Value": table},
            ],
            "Value": counts[count],
            "Unit": "Count",
        }
        for table, counts in sorted(tables.items())
        if counts["rows_read"]
        for metric, count in METRICS.items()
    ]


def put_metrics(client: CloudWatch, env: str, domain: str, tables: Mapping[str, Mapping[str, int]]) -> bool:
    """Send the metrics of one run; if CloudWatch fails, log the error and return False."""
    return send_metrics(client, domain, table_metrics(env, domain, tables))


def send_metrics(client: CloudWatch, domain: str, data: list[dict[str, Any]]) -> bool:
    """Send MetricData of a domain; if CloudWatch fails, log the error and return False.

    A failure does not stop the pipeline: the batch is committed, and its counts are in the summary.
    """
    try:
        for start in range(0, len(data), PER_CALL):
            client.put_metric_data(Namespace=METRICS_NAMESPACE, MetricData=data[start : start + PER_CALL])
    except (BotoCoreError, ClientError) as error:
        print(f"CloudWatch did not store the metrics of {domain}: {error}", file=sys.stderr)
        return False
    return True
