"""A run that dies within a micro-batch loses no row and writes no row twice."""

from __future__ import annotations

import pytest

from tests.fakes import KilledBeforeStore, KilledError
from tests.glue_jobs.streaming.conftest import StreamPipeline
from tests.glue_jobs.streaming.lines import event, lines

FILES: dict[str, str | bytes] = {
    "1.jsonl": lines(event(1), event(2), "{"),
    "2.jsonl": lines(event(2, value=9), event(3)),
}
ROWS = [("e1", "1.500000"), ("e2", "1.500000"), ("e2", "9.000000"), ("e3", "1.500000")]


def assert_complete(events: StreamPipeline) -> None:
    assert events.bronze("event_id", "value") == ROWS
    assert len(events.quarantine()) == 1
    assert len(events.view().batches) == 1
    assert events.entries().keys() == set(FILES)


@pytest.mark.parametrize("place", ["copy bronze/", "delete bronze/", "write .*/batches/"])
def test_uncommitted_batch_is_written_again(events: StreamPipeline, place: str) -> None:
    events.drop_events(FILES)
    with pytest.raises(KilledError):
        events.writer(store=KilledBeforeStore(events.root, place)).write(0, events.paths())
    assert events.view().batches == ()
    events.writer().write(0, events.paths())
    assert_complete(events)


def test_committed_batch_is_skipped(events: StreamPipeline) -> None:
    events.drop_events(FILES)
    events.writer().write(0, events.paths())
    before = events.bronze()
    again = events.writer()
    again.write(0, events.paths())
    assert again.committed == []
    assert events.bronze() == before
    assert_complete(events)


def test_run_that_died_at_the_commit_is_resumed_from_its_checkpoint(events: StreamPipeline) -> None:
    events.drop_events(FILES)
    with pytest.raises(KilledError):
        events.stream(store=KilledBeforeStore(events.root, "write .*/batches/"))
    assert events.stream()["generation"] == 1
    assert_complete(events)
    assert events.stream()["status"] == "NOTHING_NEW"
