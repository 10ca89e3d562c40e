"""Early workers are taken once; those that nothing has taken end, and the lock with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.errors import LocalCloudError
from localcloud.execution import early
from localcloud.execution.early import EarlyWorkers
from localcloud.lock import HomeLock, is_held


class FakeWorker:
    """A worker that knows whether it was killed."""

    def __init__(self, home: Path, lane: str, *, short_runs: bool) -> None:
        self.started = (home, lane, short_runs)
        self.is_killed = False

    def kill(self) -> None:
        self.is_killed = True


def test_what_is_not_taken_ends_with_the_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[FakeWorker] = []

    def make(home: Path, lane: str, *, short_runs: bool) -> FakeWorker:
        made.append(FakeWorker(home, lane, short_runs=short_runs))
        return made[-1]

    monkeypatch.setattr(early, "SparkWorker", make)
    with EarlyWorkers(tmp_path, short_runs=True) as workers:
        workers.start("batch")
        workers.start("streaming")
        batch, streaming = made
        assert batch.started == (tmp_path, "batch", True)
        assert workers.take("batch") is batch  # type: ignore[comparison-overlap]
        assert workers.take("batch") is None
        assert is_held(tmp_path)
    assert (batch.is_killed, streaming.is_killed) == (False, True)
    assert not is_held(tmp_path)


def test_lock_that_was_taken_is_left_to_its_taker(tmp_path: Path) -> None:
    with EarlyWorkers(tmp_path) as workers:
        lock = workers.take_lock()
        with pytest.raises(LocalCloudError, match="another local cloud"):
            HomeLock(tmp_path)
    assert is_held(tmp_path)
    lock.release()
    # A local cloud that is started once more locks the folder again.
    workers.take_lock().release()
