"""Raw files of a stream are found, counted and examined."""

from __future__ import annotations

from pathlib import Path

import pytest

from glue_jobs.ledger.ledger import version_of
from glue_jobs.streaming.files import RawFiles
from lake.model.discovery import load_domain
from lake.naming import raw_prefix
from tests.fakes import FolderStore

DOMAIN = load_domain("cloud_provider")
EVENTS = DOMAIN.table("usage_events")
PREFIX = raw_prefix(DOMAIN.name, EVENTS.name)


def raw_files(root: Path, **sizes: int) -> RawFiles:
    store = FolderStore(root)
    for name, size in sizes.items():
        store.write("raw", f"{PREFIX}{name}.jsonl", b"x" * size)
    return RawFiles(store, "raw", DOMAIN, EVENTS)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({}, 1000),
        ({"a": 10, "b": 10}, 10),
        ({"a": 100, "b": 100, "c": 100}, 1),
        ({"a": 1_000}, 1),
        ({"a": 0}, 100),
    ],
)
def test_a_micro_batch_has_as_many_files_as_its_bytes_allow(
    tmp_path: Path, sizes: dict[str, int], expected: int
) -> None:
    assert raw_files(tmp_path, **sizes).files_per_batch(1000, 100, seen=()) == expected


def test_a_micro_batch_has_at_most_the_given_number_of_files(tmp_path: Path) -> None:
    assert raw_files(tmp_path, a=1).files_per_batch(7, 100, seen=()) == 7


def test_sizes_of_ingested_files_count_only_if_no_file_is_new(tmp_path: Path) -> None:
    found = raw_files(tmp_path, old=10, new=50)
    listed = {(item.key, version_of(item)) for item in FolderStore(tmp_path).list("raw", PREFIX)}
    (old,) = (each for each in listed if "old" in each[0])
    assert found.files_per_batch(1000, 100, seen={old}) == 2
    assert found.files_per_batch(1000, 100, seen=listed) == 3
