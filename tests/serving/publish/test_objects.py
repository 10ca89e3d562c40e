"""Files in S3 are read whole or by ranges, and always in one version."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from moto import mock_aws

from serving.publish import objects
from serving.publish.errors import ChangedError
from serving.publish.objects import StoredFile

BUCKET, KEY = "curated", "shop/part.parquet"
TABLE = pa.table({"number": list(range(50_000)), "text": [f"text {n}" for n in range(50_000)]})


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield client


def put(s3: Any, table: pa.Table) -> StoredFile:
    body = io.BytesIO()
    pq.write_table(table, body, row_group_size=10_000)
    etag = s3.put_object(Bucket=BUCKET, Key=KEY, Body=body.getvalue())["ETag"]
    return StoredFile(bucket=BUCKET, key=KEY, etag=etag, size=len(body.getvalue()))


def requests_of(s3: Any) -> list[str | None]:
    """Return a list to which the range of each GET is added."""
    seen: list[str | None] = []
    s3.meta.events.register(
        "before-parameter-build.s3.GetObject", lambda params, **_: seen.append(params.get("Range"))
    )
    return seen


def test_small_file_is_one_request(s3: Any) -> None:
    file, seen = put(s3, TABLE), requests_of(s3)
    assert pq.ParquetFile(file.open(s3)).read() == TABLE
    assert seen == [None]


def test_large_file_is_read_by_ranges(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    file, seen = put(s3, TABLE), requests_of(s3)
    monkeypatch.setattr(objects, "WHOLE_BYTES", file.size - 1)
    reader = pq.ParquetFile(file.open(s3))
    assert pa.Table.from_batches(reader.iter_batches(20_000)) == TABLE
    assert all(seen)
    # One for the footer, and one for each column of each group of rows.
    assert len(seen) <= 1 + 5 * 2
    monkeypatch.setattr(objects, "WHOLE_BYTES", file.size)
    assert pq.ParquetFile(file.open(s3)).read() == TABLE
    assert seen[-1] is None


@pytest.mark.parametrize("whole", [0, 1 << 30])
@pytest.mark.parametrize("gone", [False, True])
def test_another_version_is_never_read(
    s3: Any, monkeypatch: pytest.MonkeyPatch, whole: int, gone: bool
) -> None:
    file = put(s3, TABLE)
    monkeypatch.setattr(objects, "WHOLE_BYTES", whole)
    if gone:
        s3.delete_object(Bucket=BUCKET, Key=KEY)
    else:
        put(s3, TABLE.slice(1))
    with pytest.raises(ChangedError, match="Publish the partition again"):
        pq.ParquetFile(file.open(s3))
