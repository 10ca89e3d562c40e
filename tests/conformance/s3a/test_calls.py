"""Recorded calls are reduced to what a policy can tell apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.s3a.calls import Call, job_calls, reduced
from lake.model.discovery import load_domain
from lake.naming import Names

NAMES = Names(env="dev", account="1", region="r")
ROLE = f"arn:aws:iam::1:role/{NAMES.role('ecommerce', 'raw_to_processed')}"


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("bronze/shop/orders/batch=b-1/part-0.parquet", "bronze/<domain>/<table>/*"),
        ("bronze/shop/orders/", "bronze/<domain>/<table>/*"),
        ("bronze/shop", "bronze/<domain>"),
        ("bronze", "bronze"),
        ("bronze/", "bronze/"),
        ("shop/", "<domain>/*"),
        ("shop/orders/9f2/orders.csv", "<domain>/<table>/*"),
        ("shop/orders", "<domain>/<table>"),
        ("_staging/shop/e-1/silver/shop/orders/x", "_staging/<domain>/*"),
        ("", ""),
    ],
)
def test_key_is_reduced_to_its_folder(key: str, place: str) -> None:
    assert reduced(key, "shop", {"orders"}) == place


def test_calls_of_jobs_on_the_lakes_buckets_are_read(tmp_path: Path) -> None:
    recording = tmp_path / "iam-calls.jsonl"
    processed = f"arn:aws:s3:::{NAMES.processed_bucket}"
    entries = [
        {"role": ROLE, "action": "s3:PutObject", "resource": f"{processed}/bronze/ecommerce/orders/x"},
        {"role": ROLE, "action": "s3:ListBucket", "resource": processed, "prefix": "bronze/"},
        {"role": ROLE, "action": "s3:GetObject", "resource": "arn:aws:s3:::cdk-assets/script.py"},
        {"role": ROLE, "action": "logs:PutLogEvents", "resource": "*"},
        {"role": f"{ROLE}-crawler", "action": "s3:GetObject", "resource": f"{processed}/bronze"},
    ]
    recording.write_text("".join(json.dumps(entry) + "\n" for entry in entries))

    assert set(job_calls(recording, load_domain("ecommerce"), NAMES)) == {
        Call("raw_to_processed", "s3:PutObject", "processed", "bronze/<domain>/<table>/*"),
        Call("raw_to_processed", "s3:ListBucket", "processed", "bronze/"),
    }
