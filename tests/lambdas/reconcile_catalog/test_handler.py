"""The function against a mocked catalog and mocked buckets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest

from glue_jobs.ledger.ledger import Batch, Ledger
from glue_jobs.runtime.store import S3Store
from lake.errors import UnknownNameError
from lake.files.layers import partitioned_tables
from lake.model.discovery import load_domain
from lake.naming import BatchStatus, Names, layer_prefix
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


def test_unknown_action_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="reconcile, validate"):
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
