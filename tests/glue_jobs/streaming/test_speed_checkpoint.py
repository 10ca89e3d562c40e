"""The speed view goes on with its checkpoint, or begins another one if other files are withdrawn."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from glue_jobs.streaming.speed_checkpoint import SpeedCheckpoint
from lake import naming
from tests.fakes import FolderStore

NOW, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
RECORD = naming.speed_record_key("shop", "clicks", 1)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


@pytest.fixture
def checkpoints(store: FolderStore) -> SpeedCheckpoint:
    return SpeedCheckpoint(store, "processed", "shop", "clicks", 1)


def test_checkpoint_is_current_for_the_same_files_only(checkpoints: SpeedCheckpoint) -> None:
    assert checkpoints.current(()) is None
    begun = checkpoints.begin(["b", "a"], NOW, lambda: None)
    assert begun.endswith("/_checkpoints/shop/clicks/0001/speed-20260101T000000000000")
    assert checkpoints.current(["a", "b"]) == begun
    assert checkpoints.current(["a"]) is None


def test_next_checkpoint_replaces_the_first(store: FolderStore, checkpoints: SpeedCheckpoint) -> None:
    checkpoints.begin((), NOW, lambda: None)
    earlier = f"{naming.speed_checkpoint_prefix('shop', 'clicks', 1)}20260101T000000000000/offsets/0"
    store.write("processed", earlier, b"x")
    begun = checkpoints.begin(["a"], LATER, lambda: None)
    assert checkpoints.current(["a"]) == begun
    assert [item.key for item in store.list("processed", "_checkpoints/")] == [RECORD]


def test_no_checkpoint_is_current_if_the_totals_were_deleted_in_part(checkpoints: SpeedCheckpoint) -> None:
    checkpoints.begin((), NOW, lambda: None)

    def dies() -> None:
        raise ConnectionError("lost")

    with pytest.raises(ConnectionError, match="lost"):
        checkpoints.begin(["a"], LATER, dies)
    assert checkpoints.current(()) is None
    assert checkpoints.current(["a"]) is None


@pytest.mark.parametrize("body", [b"", b"[]", b'{"checkpoint": "x"}'])
def test_damaged_record_begins_the_view_anew(
    store: FolderStore, checkpoints: SpeedCheckpoint, body: bytes
) -> None:
    checkpoints.begin((), NOW, lambda: None)
    store.write("processed", RECORD, body)
    assert checkpoints.current(()) is None
