"""The object store on S3, and its fake in a folder, behave the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from glue_jobs.runtime.store import Copy, ObjectStore, S3Store, at_once, copy_all
from tests.fakes import FolderStore


@pytest.fixture(params=["s3", "folder"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    """Return an ObjectStore with the empty bucket `bucket`."""
    if request.param == "folder":
        (tmp_path / "bucket").mkdir()
        yield FolderStore(tmp_path)
        return
    with mock_aws():
        client = boto3.client(
            "s3", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        client.create_bucket(Bucket="bucket")
        yield S3Store(client)


def keys(store: ObjectStore, prefix: str = "") -> list[str]:
    return [item.key for item in store.list("bucket", prefix)]


def test_objects_are_listed_by_prefix_in_key_order(store: ObjectStore) -> None:
    for key in ("x/b", "x/a", "xy/a", "y"):
        store.write("bucket", key, b"12")
    assert keys(store, "x/") == ["x/a", "x/b"]
    assert keys(store, "x") == ["x/a", "x/b", "xy/a"]
    [listed] = store.list("bucket", "y")
    assert (listed.size, bool(listed.etag), listed.modified.tzinfo is not None) == (2, True, True)


def test_object_is_read_as_written(store: ObjectStore) -> None:
    store.write("bucket", "k", b"0123456789")
    store.write("bucket", "k", b"abcdef")
    assert store.read("bucket", "k") == b"abcdef"
    assert store.head("bucket", "k", 3).body == b"abc"
    assert store.head("bucket", "k", 100).body == b"abcdef"
    with store.open("bucket", "k") as stream:
        assert stream.read() == b"abcdef"


def test_missing_object_is_an_error(store: ObjectStore) -> None:
    with pytest.raises(FileNotFoundError):
        store.read("bucket", "k")
    with pytest.raises(FileNotFoundError):
        store.head("bucket", "k", 1)


def test_object_is_created_only_if_its_key_is_free(store: ObjectStore) -> None:
    assert store.create("bucket", "k", b"first")
    assert not store.create("bucket", "k", b"second")
    assert store.create("bucket", "k", b"first")
    assert store.read("bucket", "k") == b"first"


def test_object_is_replaced_only_in_the_version_that_was_read(store: ObjectStore) -> None:
    assert store.swap("bucket", "k", b"first", None)
    assert not store.swap("bucket", "k", b"second", None)
    body, etag = store.etagged("bucket", "k")
    assert body == b"first"
    assert store.swap("bucket", "k", b"second", etag)
    assert not store.swap("bucket", "k", b"third", etag)
    assert store.swap("bucket", "k", b"second", etag), "the answer to the same request was lost"
    assert store.read("bucket", "k") == b"second"


def test_object_that_is_gone_is_not_replaced(store: ObjectStore) -> None:
    store.write("bucket", "k", b"first")
    _, etag = store.etagged("bucket", "k")
    store.delete("bucket", ["k"])
    assert not store.swap("bucket", "k", b"second", etag)
    assert keys(store) == []
    with pytest.raises(FileNotFoundError):
        store.etagged("bucket", "k")


def test_objects_are_copied_and_replace_their_targets(store: ObjectStore) -> None:
    store.write("bucket", "from/1", b"one")
    store.write("bucket", "from/2", b"two")
    store.write("bucket", "to/1", b"old")
    copy_all(store, [Copy("bucket", "from/1", "to/1"), Copy("bucket", "from/2", "to/2")])
    assert [store.read("bucket", key) for key in ("to/1", "to/2")] == [b"one", b"two"]


def test_deleting_ignores_missing_objects(store: ObjectStore) -> None:
    store.write("bucket", "k", b"")
    store.delete("bucket", ["k", "missing"])
    store.delete("bucket", [])
    assert keys(store) == []


class RefusingS3:
    """An S3 client that deletes no object."""

    def delete_objects(self, **_: Any) -> dict[str, Any]:
        return {"Errors": [{"Key": "k", "Code": "AccessDenied", "Message": "no"}]}


def test_object_that_cannot_be_deleted_is_an_error() -> None:
    store = S3Store(cast(Any, RefusingS3()))
    with pytest.raises(OSError, match="s3://bucket/k: AccessDenied no"):
        store.delete("bucket", ["k"])


def test_url_of_s3_names_bucket_and_key() -> None:
    assert S3Store(cast(Any, RefusingS3())).url("bucket", "x/y") == "s3://bucket/x/y"


def test_requests_at_once_answer_in_order_and_raise_the_first_failure() -> None:
    assert at_once(lambda item: item * 2, range(40)) == list(range(0, 80, 2))

    def fail(item: int) -> int:
        if item in (3, 30):
            raise OSError(f"request {item}")
        return item

    with pytest.raises(OSError, match=r"request 3$"):
        at_once(fail, range(40))
