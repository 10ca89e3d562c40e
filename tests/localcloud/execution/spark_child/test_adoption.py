"""S3 calls of a run make the parent adopt the files that Spark wrote since the last adoption."""

from __future__ import annotations

from typing import Any

import boto3
import botocore.client
import pytest
from botocore.exceptions import ClientError

from localcloud.execution.spark_child.adoption import adopt_before_reads, buckets_read


class Engine:
    """Spark's progress, as the test sets it."""

    value: tuple[int, int] | None = (0, 0)

    def progress(self) -> tuple[int, int] | None:
        return self.value


class Parent:
    """Records the buckets of each adoption, and answers with `denied`."""

    def __init__(self) -> None:
        self.adopted: list[list[str]] = []
        self.denied: str | None = None

    def adopt(self, buckets: list[str]) -> str | None:
        self.adopted.append(buckets)
        return self.denied


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def parent() -> Parent:
    return Parent()


@pytest.fixture
def s3(engine: Engine, parent: Parent, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An S3 client whose calls return nothing, after the adoption."""
    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", lambda *_: {})
    adopt_before_reads(engine, parent)
    return boto3.client("s3", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")


def test_read_adopts_again_only_after_a_write(s3: Any, engine: Engine, parent: Parent) -> None:
    for _ in range(2):
        s3.list_objects_v2(Bucket="lake")
    engine.value = (1, 1)
    s3.get_object(Bucket="lake", Key="k")

    assert parent.adopted == [["lake"], ["lake"]]


def test_every_read_adopts_while_a_stream_runs(s3: Any, engine: Engine, parent: Parent) -> None:
    engine.value = None
    for _ in range(2):
        s3.head_object(Bucket="lake", Key="k")

    assert parent.adopted == [["lake"], ["lake"]]


def test_put_needs_no_adoption(s3: Any, parent: Parent) -> None:
    s3.put_object(Bucket="lake", Key="k", Body=b"")

    assert parent.adopted == []


def test_denied_write_fails_the_read(s3: Any, parent: Parent) -> None:
    parent.denied = "not authorized to perform s3:PutObject"

    with pytest.raises(ClientError, match=r"AccessDenied.*s3:PutObject"):
        s3.get_object(Bucket="lake", Key="k")


@pytest.mark.parametrize("source", [{"Bucket": "from", "Key": "k"}, "from/k", "/from/k"])
def test_copy_reads_its_source_bucket_too(source: object) -> None:
    assert buckets_read({"Bucket": "to", "CopySource": source}) == ["from", "to"]
