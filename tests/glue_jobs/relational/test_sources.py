"""The files of each month, their fingerprints, and what is remembered of them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from glue_jobs.relational.content import Content
from glue_jobs.relational.sources import Counted, recall, remember, source
from glue_jobs.runtime.args import JobArguments
from lake.model.discovery import load_domain
from lake.model.relational.schema import RelationalSchema, relational_schemas
from lake.naming.relational import contents_key
from tests.fakes import FolderStore

SCHEMAS = {schema.name: schema for schema in relational_schemas(load_domain("ecommerce"))}
ARGS = JobArguments(
    job_name="j", domain="ecommerce", env="dev", execution="x", raw_bucket="raw",
    processed_bucket="processed", curated_bucket="curated", ledger_bucket="ledger", dpus=Decimal(2),
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


@pytest.mark.parametrize(
    ("table", "bucket", "keys", "months"),
    [
        (
            "orders",
            "processed",
            [
                "silver/ecommerce/orders/year=2024/month=1/p.parquet",
                "silver/ecommerce/orders/year=0/month=0/p.parquet",
            ],
            [0, 202401],
        ),
        ("sales_by_month", "curated", ["ecommerce/sales_by_month/year=2024/p.parquet"], [202400]),
        ("customers", "processed", ["silver/ecommerce/customers/p.parquet"], [0]),
        ("customers", "processed", ["silver/ecommerce/customers/_SUCCESS"], []),
    ],
)
def test_files_belong_to_the_month_of_their_path(
    store: FolderStore, table: str, bucket: str, keys: list[str], months: list[int]
) -> None:
    for key in keys:
        store.write(bucket, key, b"x")
    assert list(source(store, ARGS, SCHEMAS[table]).months) == months


def test_fingerprints_change_with_the_files_and_the_declaration(store: FolderStore) -> None:
    def fingerprint(schema: RelationalSchema) -> str:
        return source(store, ARGS, schema).fingerprint(0)

    key = "silver/ecommerce/customers/p.parquet"
    store.write("processed", key, b"one")
    first = fingerprint(SCHEMAS["customers"])
    assert fingerprint(SCHEMAS["customers"]) == first
    [wider, *_] = relational_schemas(load_domain("ecommerce"), ["customers.email"])
    assert fingerprint(wider) != first
    store.write("processed", key, b"two!")
    assert fingerprint(SCHEMAS["customers"]) != first


def test_what_was_counted_is_remembered(store: FolderStore) -> None:
    assert recall(store, ARGS) == {}
    counted = {"orders": {"f": Counted(content=Content(rows=1, crc32=2, xxhash64=-3), refused=4)}}
    remember(store, ARGS, counted)
    assert recall(store, ARGS) == counted


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"orders": {"f": {"content": {"lines": 1}}}}'])
def test_a_memory_of_another_version_is_forgotten(store: FolderStore, body: bytes) -> None:
    store.write("processed", contents_key("ecommerce"), body)
    assert recall(store, ARGS) == {}
