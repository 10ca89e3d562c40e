"""Partitions by their names in run summaries, and their rows, exact and in chunks."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from moto import mock_aws

from lake.model.spec import PartitionUnit
from serving.publish import objects
from serving.publish.errors import ChangedError, PublishingError
from serving.publish.gold import CHUNK_ROWS, Partition, gold_source
from serving.publish.publication import Source
from tests.serving.publish.conftest import MART, SCHEMA, row

YEARLY = replace(MART, partition_by=PartitionUnit.YEAR)
WHOLE = replace(MART, partition_by=None, dated_by=None)


def test_partition_is_parsed_into_its_period() -> None:
    assert Partition.parse("year=2025/month=8", MART).period == 202508
    assert Partition.parse("year=2025/", YEARLY).period == 2025
    assert Partition.parse("", WHOLE).period == 0


@pytest.mark.parametrize(
    "text", ["year=2025", "month=8/year=2025", "year=2025/month=august", "year/month", ""]
)
def test_text_that_is_no_partition_of_the_mart_raises(text: str) -> None:
    with pytest.raises(PublishingError, match="Expected: year=<number>/month=<number>"):
        Partition.parse(text, MART)


BUCKET = "curated"
AUGUST = "shop/daily/year=2025/month=8/"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield client


def put(s3: Any, table: pa.Table, name: str = "part-00000.parquet", group: int = 7_000) -> None:
    body = io.BytesIO()
    pq.write_table(table, body, row_group_size=group)
    s3.put_object(Bucket=BUCKET, Key=AUGUST + name, Body=body.getvalue())


def august(s3: Any, *columns: str) -> Source:
    partition = Partition.parse("year=2025/month=8", MART)
    return gold_source(
        s3,
        bucket=BUCKET,
        domain="shop",
        mart=MART,
        partition=partition,
        columns=list(columns or SCHEMA.names),
    )


def test_rows_have_the_exact_values_and_types_of_the_files(s3: Any) -> None:
    rows = [
        row("a", 1, cost="-0.000001", events=2**53 + 1),
        row("a", 2, cost=None, events=None, odd=None, note=None),
        row("b", 3, cost="999999999999.999999", note="ñ\u2028"),
    ]
    put(s3, pa.Table.from_pylist(rows[:2], SCHEMA))
    put(s3, pa.Table.from_pylist(rows[2:], SCHEMA), "part-00001.parquet")
    put(s3, pa.Table.from_pylist([], SCHEMA), "part-00002.parquet")
    source = august(s3)
    found = pa.Table.from_batches(source.batches)
    assert source.rows == 3
    assert found.to_pylist() == rows
    assert found.schema.field("cost").type == pa.decimal128(18, 6)
    assert found.schema.field("day").type == pa.date32()
    assert found.schema.field("events").type == pa.int64()


def test_partition_without_files_has_no_rows(s3: Any) -> None:
    source = august(s3)
    assert (source.rows, list(source.batches)) == (0, [])


def test_fingerprint_changes_with_the_content(s3: Any) -> None:
    put(s3, pa.Table.from_pylist([row("a", 1)], SCHEMA))
    before = august(s3).fingerprint
    assert august(s3).fingerprint == before
    put(s3, pa.Table.from_pylist([row("a", 2)], SCHEMA))
    assert august(s3).fingerprint != before


def test_files_that_change_while_they_are_read_raise(s3: Any) -> None:
    put(s3, pa.Table.from_pylist([row("a", 1)], SCHEMA))
    source = august(s3)
    put(s3, pa.Table.from_pylist([row("a", 2)], SCHEMA), "part-00001.parquet")
    with pytest.raises(ChangedError, match="Publish the partition again"):
        list(source.batches)


def test_large_partition_is_never_whole_in_memory(s3: Any) -> None:
    costs = pa.array([Decimal(number).scaleb(-6) for number in range(1_000)] * 300, pa.decimal128(18, 6))
    put(s3, pa.table({"org": [f"org_{number:012d}" for number in range(len(costs))], "cost": costs}))
    whole = len(costs) * (4 + 16 + 16)
    source = august(s3, "org", "cost")
    start = pa.total_allocated_bytes()
    sizes, most = [], 0
    for batch in source.batches:
        sizes.append(batch.num_rows)
        most = max(most, pa.total_allocated_bytes() - start)
    assert source.rows == sum(sizes) == len(costs)
    assert max(sizes) == CHUNK_ROWS
    assert most < whole / 3


def lengths(s3: Any) -> list[int]:
    """Return a list to which the bytes of each requested range are added."""
    seen: list[int] = []

    def see(params: dict[str, Any], **_: Any) -> None:
        first, last = params["Range"].removeprefix("bytes=").split("-")
        seen.append(int(last) - int(first) + 1)

    s3.meta.events.register("before-parameter-build.s3.GetObject", see)
    return seen


def grouped(first: int = 0) -> pa.Table:
    """Return rows that take twenty row groups of 2,000, none of which compresses."""
    numbers = range(first, first + 40_000)
    return pa.table(
        {
            "org": [hashlib.sha256(str(number).encode()).hexdigest() for number in numbers],
            "cost": list(numbers),
        }
    )


def test_large_file_is_held_by_row_group(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "WHOLE_BYTES", 0)
    put(s3, grouped(), group=2_000)
    size = s3.list_objects_v2(Bucket=BUCKET)["Contents"][0]["Size"]
    seen = lengths(s3)
    source = august(s3, "org", "cost")
    footers = len(seen)
    batches = iter(source.batches)
    assert next(batches).num_rows == CHUNK_ROWS
    # Half the rows, and little more than half the file.
    assert sum(seen[footers:]) < 0.6 * size
    assert sum(batch.num_rows for batch in batches) == 20_000
    # The footer again, and each column of each row group.
    assert len(seen) - footers == 1 + 2 * 20
    assert max(seen[footers + 1 :]) < size / 20


def test_file_that_is_replaced_after_the_first_batch_raises(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "WHOLE_BYTES", 0)
    put(s3, grouped(), group=2_000)
    batches = iter(august(s3, "org", "cost").batches)
    assert next(batches).num_rows == CHUNK_ROWS
    put(s3, grouped(1), group=2_000)
    with pytest.raises(ChangedError, match="replaced while it was read"):
        next(batches)


def test_file_without_a_column_is_told(s3: Any) -> None:
    put(s3, pa.Table.from_pylist([row("a", 1)], SCHEMA))
    with pytest.raises(PublishingError, match="Column later does not exist"):
        august(s3, "org", "later")


def test_columns_come_in_the_order_asked_for_whatever_the_files_order(s3: Any) -> None:
    put(s3, pa.table({"org": ["a"], "cost": [1]}))
    put(s3, pa.table({"cost": [2], "org": ["b"]}).replace_schema_metadata({"x": "y"}), "part-00001.parquet")
    found = pa.Table.from_batches(august(s3, "org", "cost").batches)
    assert found.to_pydict() == {"org": ["a", "b"], "cost": [1, 2]}
