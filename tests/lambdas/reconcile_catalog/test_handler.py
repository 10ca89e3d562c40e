"""The function against a mocked catalog and mocked buckets."""

from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pyarrow.parquet as pq
import pytest

from glue_jobs.ledger.ledger import Batch, Ledger
from glue_jobs.runtime.store import S3Store
from lake.errors import UnknownNameError
from lake.files.layers import partitioned_tables
from lake.model.discovery import load_domain
from lake.naming import BatchStatus, Names, layer_prefix, run_key, run_log_key
from lambdas.reconcile_catalog.handler import handler
from tests.aws import account

__all__ = ["account"]

DOMAIN = load_domain("ecommerce")
NAMES = Names(env="dev", account="1", region="us-east-1")
ROOT = Path(__file__).resolve().parents[3]
ORDERS: Any = {"DatabaseName": NAMES.database("ecommerce", "bronze"), "TableName": "orders"}
CRAWL = {"action": "validate", "layers": ["bronze"], "crawl_started": "2036-01-01T12:00:00.000Z"}


@pytest.fixture(autouse=True)
def lake(account: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set up buckets, tables and one committed batch with a partition of bronze."""
    for layer in ("processed", "curated", "ledger"):
        account.create_bucket(Bucket=getattr(NAMES, f"{layer}_bucket"))
        monkeypatch.setenv(f"{layer.upper()}_BUCKET", getattr(NAMES, f"{layer}_bucket"))
    monkeypatch.setenv("ENVIRONMENT", "dev")
    monkeypatch.setenv("DOMAIN", "ecommerce")
    glue = boto3.client("glue")
    for layer in ("bronze", "quarantine", "silver", "gold"):
        glue.create_database(DatabaseInput={"Name": NAMES.database("ecommerce", layer)})
    for table in partitioned_tables(DOMAIN):
        location = f"s3://{NAMES.processed_bucket}/{layer_prefix(table.layer, 'ecommerce', table.name)}"
        declared: Any = {
            "Name": table.name,
            "StorageDescriptor": {"Location": location},
            "PartitionKeys": [{"Name": key, "Type": "string"} for key in table.keys],
        }
        glue.create_table(DatabaseName=NAMES.database("ecommerce", table.layer), TableInput=declared)
    batch = Batch(
        batch_id="b-1", domain="ecommerce", execution="x", status=BatchStatus.COMMITTED, committed_at="",
        files=(), tables=("orders",),
    )  # fmt: skip
    Ledger(S3Store(account), NAMES.ledger_bucket, "ecommerce").commit(batch)
    key = "bronze/ecommerce/orders/batch=b-1/year=2025/month=8/part-00000.parquet"
    account.put_object(Bucket=NAMES.processed_bucket, Key=key, Body=b"parquet")


def registered() -> list[list[str]]:
    return [each["Values"] for each in boto3.client("glue").get_partitions(**ORDERS)["Partitions"]]


def test_missing_partition_is_registered_once() -> None:
    assert handler({"action": "reconcile"}, None) == {
        "status": "RECONCILED",
        "message": "bronze.orders: batch=b-1/year=2025/month=8 is not in the catalog.",
    }
    assert registered() == [["b-1", "2025", "8"]]
    assert handler({"action": "reconcile"}, None)["status"] == "EQUAL"


def test_validation_answers_with_difference_and_remedy_and_changes_nothing() -> None:
    answer = handler(CRAWL, None)
    assert answer["status"] == "DIFFERENT"
    assert answer["message"].startswith(
        "bronze.orders: batch=b-1/year=2025/month=8 is not in the catalog. To do:"
    )
    assert registered() == []


def test_validation_of_an_equal_catalog() -> None:
    handler({"action": "reconcile"}, None)
    assert handler(CRAWL, None)["status"] == "EQUAL"


def put_summary(account: Any, job: str, **summary: object) -> None:
    key = run_key("ecommerce", "x-1", job)
    account.put_object(Bucket=NAMES.processed_bucket, Key=key, Body=json.dumps(summary).encode())


def logged(account: Any) -> dict[str, Any]:
    key = run_log_key("ecommerce", 2026, "x-1")
    body = account.get_object(Bucket=NAMES.curated_bucket, Key=key)["Body"].read()
    (row,) = pq.read_table(io.BytesIO(body)).to_pylist()
    return dict(row)


def record(status: str, **error: str) -> dict[str, str]:
    event = {"action": "record", "execution": "x-1", "started_at": "2026-01-31T12:00:00.000Z"}
    return handler({**event, "status": status, **error}, None)


def test_published_execution_is_logged_with_the_counts_and_costs_of_its_jobs(account: Any) -> None:
    counts = {"files": 7, "rows_read": 100, "rows_bronze": 96, "rows_quarantined": 4}
    put_summary(account, "raw_to_processed", **counts, predicted_usd="0.010267")
    put_summary(account, "processed_to_curated", predicted_usd="0.030800", message="")
    assert record("OK") == {"status": "RECORDED", "message": "The log of runs has x-1: OK."}
    row = logged(account)
    assert row.pop("seconds") > 0
    assert row == {
        "run_id": "x-1",
        "flow": "batch",
        "started_at": dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC),
        "status": "OK",
        **counts,
        "predicted_usd": Decimal("0.041067"),
    }
    partitions = boto3.client("glue").get_partitions(
        DatabaseName=NAMES.database("ecommerce", "gold"), TableName="pipeline_runs"
    )["Partitions"]
    assert [each["Values"] for each in partitions] == [["2026"]]


def test_execution_that_failed_before_its_jobs_ended_has_no_counts_and_no_cost(account: Any) -> None:
    assert record("FAILED", error="States.TaskFailed")["message"] == "The log of runs has x-1: FAILED."
    row = logged(account)
    empty = ("files", "rows_read", "rows_bronze", "rows_quarantined", "predicted_usd")
    assert {name: row[name] for name in empty} == dict.fromkeys(empty)


def test_execution_that_the_quality_gate_stopped_is_rejected(account: Any) -> None:
    put_summary(account, "raw_to_processed", files=1, rows_read=9, predicted_usd="0.010267")
    record("FAILED", error="BatchRejected")
    row = logged(account)
    assert (row["status"], row["rows_read"], row["rows_bronze"]) == ("REJECTED", 9, None)


@pytest.mark.parametrize(
    ("published", "error", "status"),
    [
        ("PUBLISHED", "NotPublished", "PARTIAL"),
        ("PUBLISHED", "CrawlUnsuccessful", "PARTIAL"),
        ("NOTHING_TO_DO", "NotPublished", "FAILED"),
    ],
)
def test_execution_that_failed_after_it_published_gold_is_partial(
    account: Any, published: str, error: str, status: str
) -> None:
    put_summary(account, "processed_to_curated", status=published, predicted_usd="0.030800")
    assert record("FAILED", error=error)["message"] == f"The log of runs has x-1: {status}."
    assert logged(account)["status"] == status


def test_recording_again_replaces_the_row(account: Any) -> None:
    record("OK")
    record("PARTIAL")
    assert logged(account)["status"] == "PARTIAL"
    listed = account.list_objects_v2(Bucket=NAMES.curated_bucket, Prefix="ecommerce/pipeline_runs/")
    assert listed["KeyCount"] == 1


def test_unknown_action_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="reconcile, record, validate"):
        handler({"action": "crawl"}, None)


def test_function_needs_no_package_that_lambda_does_not_have() -> None:
    """It runs the jobs' code for ledger and catalog, which must not import Spark."""
    blocked = "import sys; sys.modules.update(dict.fromkeys(('pyspark', 'pyarrow', 'pandas')))"
    loaded = "from lake.model.discovery import load_domain; load_domain('ecommerce')"
    program = f"{blocked}; from lambdas.reconcile_catalog import handler; {loaded}"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
