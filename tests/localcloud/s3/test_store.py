"""The store keeps current versions as plain files, other bytes as blobs, and metadata in SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.s3.store import ObjectStore, is_object_name, stamp_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ObjectStore]:
    opened = ObjectStore(tmp_path)
    yield opened
    opened.close()


def test_saved_versions_are_loaded_in_order(store: ObjectStore) -> None:
    versions = [{"version": "1"}, {"version": "2"}]
    store.save("bucket", "key", versions)
    store.save("other", "key", [{"version": "3"}])

    assert list(store.load("bucket")) == [("key", versions)]


def test_saving_no_versions_deletes_the_metadata(store: ObjectStore) -> None:
    store.save("bucket", "key", [{"version": "1"}])
    store.save("bucket", "key", [])

    assert list(store.load("bucket")) == []


def test_placed_blob_is_the_plain_file_of_its_key(store: ObjectStore) -> None:
    path = store.place("bucket", "a/b.csv", store.new_blob(b"1,2"))

    assert path == store.root / "bucket" / "a" / "b.csv"
    assert path.read_bytes() == b"1,2"
    assert store.is_plain(path)


@pytest.mark.parametrize("key", ["folder/", "../escape", "n" * 300, "nul\0"])
def test_key_that_is_no_valid_file_name_is_placed_in_a_blob(store: ObjectStore, key: str) -> None:
    path = store.place("bucket", key, store.new_blob(b"x"))

    assert path.parent == store.blobs
    assert path.read_bytes() == b"x"


def test_set_aside_and_removed_files_leave_no_empty_folders(store: ObjectStore) -> None:
    first = store.place("bucket", "deep/er/one", store.new_blob(b"1"))
    second = store.place("bucket", "deep/er/two", store.new_blob(b"2"))

    assert store.set_aside(first).read_bytes() == b"1"
    assert second.exists()

    store.remove(second)
    assert not (store.root / "bucket" / "deep").exists()
    assert (store.root / "bucket").exists()


def test_blobs_of_no_saved_version_are_deleted_at_the_next_start(tmp_path: Path) -> None:
    first = ObjectStore(tmp_path)
    kept, orphan = first.new_blob(b"kept"), first.new_blob(b"orphan")
    first.save("bucket", "key", [{"path": str(kept.relative_to(tmp_path))}])
    first.close()

    ObjectStore(tmp_path).close()

    assert kept.exists()
    assert not orphan.exists()


def test_stamp_changes_with_the_content(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"1")
    before = stamp_of(file)
    file.write_bytes(b"12")

    assert stamp_of(file) != before


@pytest.mark.parametrize(
    ("name", "expected"),
    [("part-0.parquet", True), (".part-0.parquet.crc", False), (".x.tmp", False), ("_SUCCESS", True)],
)
def test_side_files_of_hadoop_are_no_objects(name: str, expected: bool) -> None:
    assert is_object_name(name) is expected
