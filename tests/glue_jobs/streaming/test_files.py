"""Which raw files a micro-batch takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from glue_jobs.runtime.ledger import version_of
from glue_jobs.streaming import files
from glue_jobs.streaming.files import RawFiles
from lake.discovery import load_domain
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
def test_a_micro_batch_takes_as_many_files_as_its_bytes_allow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sizes: dict[str, int], expected: int
) -> None:
    monkeypatch.setattr(files, "BATCH_BYTES", 100)
    assert raw_files(tmp_path, **sizes).files_at_once(1000, seen=()) == expected


def test_never_more_than_it_is_told(tmp_path: Path) -> None:
    assert raw_files(tmp_path, a=1).files_at_once(7, seen=()) == 7


def test_files_of_earlier_runs_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "BATCH_BYTES", 100)
    found = raw_files(tmp_path, old=1, new=50)
    (old,) = (item for item in FolderStore(tmp_path).list("raw", PREFIX) if "old" in item.key)
    assert found.files_at_once(1000, seen={(old.key, version_of(old))}) == 2
