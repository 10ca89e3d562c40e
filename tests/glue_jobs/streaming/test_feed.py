"""The feed holds the bronze files of batches that are neither published nor abandoned."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from glue_jobs.ledger.ledger import Batch, LedgerView
from glue_jobs.streaming.feed import Feed
from lake import naming
from lake.naming import BatchStatus
from tests.fakes import FolderStore

PREFIX = naming.feed_prefix("shop", "clicks")


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


def bronze(store: FolderStore, batch_id: str, *months: int) -> Feed:
    """Write a bronze file for each month of a batch, and put the batch into the feed."""
    for month in months:
        prefix = naming.batch_prefix("bronze", "shop", "clicks", batch_id)
        store.write("processed", f"{prefix}year=2026/month={month}/part-00000.parquet", str(month).encode())
    feed = Feed(store, "processed", "shop", "clicks")
    feed.add(batch_id)
    return feed


def names(store: FolderStore) -> list[str]:
    """The names in the feed, without what tells attempts apart."""
    keys = [item.key.removeprefix(PREFIX) for item in store.list("processed", PREFIX)]
    return [re.sub(r"-[0-9a-f]{8}(?=-\d{5}\.)", "", key) for key in keys]


def batch(batch_id: str) -> Batch:
    return Batch(
        batch_id=batch_id, domain="shop", execution="x", status=BatchStatus.COMMITTED,
        committed_at="2026-01-01T00:00:00+00:00", files=(), tables=("clicks",),
    )  # fmt: skip


def test_files_of_a_batch_lie_in_one_folder(store: FolderStore) -> None:
    bronze(store, "s-0001-00000000", 1, 2)
    bronze(store, "s-0001-h20260101T000000000000", 1)
    assert names(store) == [
        "s-0001-00000000-00000.parquet",
        "s-0001-00000000-00001.parquet",
        "s-0001-h20260101T000000000000-00000.parquet",
    ]


def test_months_of_a_batch_are_in_order(store: FolderStore) -> None:
    bronze(store, "s-0001-00000000", 10, 9)
    keys = [item.key for item in store.list("processed", PREFIX)]
    assert [store.read("processed", key) for key in sorted(keys)] == [b"9", b"10"]


def test_each_attempt_has_names_of_its_own(store: FolderStore) -> None:
    bronze(store, "s-0001-00000000", 1)
    first = {item.key for item in store.list("processed", PREFIX)}
    bronze(store, "s-0001-00000000", 1)
    assert len({item.key for item in store.list("processed", PREFIX)} - first) == 1


def test_files_of_a_batch_that_is_written_again_are_removed(store: FolderStore) -> None:
    bronze(store, "s-0001-00000000", 1)
    bronze(store, "s-0001-00000001", 1).remove("s-0001-00000000")
    assert names(store) == ["s-0001-00000001-00000.parquet"]


def test_run_keeps_what_is_not_published_and_what_it_commits_itself(store: FolderStore) -> None:
    kept = ["s-0001-00000001", "s-0002-00000007"]
    for name in ("s-0001-00000000", *kept, "s-0001-00000009", "s-0002-h20260101T000000000000"):
        feed = bronze(store, name, 1)
    view = LedgerView(
        batches=(batch("s-0001-00000000"), batch("s-0001-00000001")), curated=frozenset({"s-0001-00000000"})
    )
    feed.begin(view, 2)
    assert names(store) == ["_feed", *(f"{name}-00000.parquet" for name in kept)]
