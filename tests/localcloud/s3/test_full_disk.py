"""A full disk is said to be one, at once, and leaves no half object."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.s3 import store
from localcloud.server import LocalCloud
from uploader.errors import explain

BUCKET = "full-disk"


def test_write_on_a_full_disk_is_refused_and_leaves_nothing(
    cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    client: Any = cloud.context.session().client("s3", endpoint_url=cloud.endpoint)
    client.create_bucket(Bucket=BUCKET)
    blobs = cloud.context.home / "state" / "blobs"
    before = set(blobs.iterdir())
    write = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.is_relative_to(blobs):
            write(path, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return write(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(ClientError) as refused:
            client.put_object(Bucket=BUCKET, Key="a.csv", Body=b"x" * 1000)
    error = explain(refused.value, "a.csv")
    assert error.what.startswith("NoSpaceLeft: The disk is full")
    assert "Free space on that disk" in str(error.hint)
    assert set(blobs.iterdir()) == before
    assert "Contents" not in client.list_objects_v2(Bucket=BUCKET)
    client.put_object(Bucket=BUCKET, Key="a.csv", Body=b"x")


def test_object_whose_metadata_find_no_space_is_refused_and_leaves_nothing(
    cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    client: Any = cloud.context.session().client("s3", endpoint_url=cloud.endpoint)
    client.create_bucket(Bucket="full-metadata")

    def full(*_: object) -> str:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(store, "json", SimpleNamespace(dumps=full))
        with pytest.raises(ClientError) as refused:
            client.put_object(Bucket="full-metadata", Key="a.csv", Body=b"x" * 1000)
    assert explain(refused.value, "a.csv").what.startswith("NoSpaceLeft: The disk is full")
    assert "Contents" not in client.list_objects_v2(Bucket="full-metadata")
    assert [path for path in cloud.context.bucket_dir("full-metadata").rglob("*") if path.is_file()] == []
    client.put_object(Bucket="full-metadata", Key="a.csv", Body=b"x")
