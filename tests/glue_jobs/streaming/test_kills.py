"""A stream that dies in the middle of a micro-batch loses nothing and counts nothing twice."""

from __future__ import annotations

import pytest

from tests.fakes import KilledError, MortalStore
from tests.glue_jobs.streaming.conftest import StreamPipeline
from tests.glue_jobs.streaming.lines import event, lines

FILES: dict[str, str | bytes] = {
    "1.jsonl": lines(event(1), event(2), "{"),
    "2.jsonl": lines(event(2, value=9), event(3)),
}
ROWS = [("e1", "1.500000"), ("e2", "1.500000"), ("e2", "9.000000"), ("e3", "1.500000")]


def is_whole(events: StreamPipeline) -> None:
    assert events.bronze("event_id", "value") == ROWS
    assert len(events.quarantine()) == 1
    assert len(events.view().batches) == 1
    assert events.entries().keys() == set(FILES)


def test_a_batch_that_was_written_but_not_committed_is_written_again(events: StreamPipeline) -> None:
    events.drop_events(FILES)
    dying = MortalStore(events.root, dies_at=0)
    with pytest.raises(KilledError, match="_ledger"):
        events.writer(store=dying).write(0, events.paths())
    assert events.view().batches == ()
    assert events.bronze("event_id", "value") == ROWS
    events.writer().write(0, events.paths())
    is_whole(events)


def test_a_batch_that_was_committed_is_passed_over(events: StreamPipeline) -> None:
    events.drop_events(FILES)
    events.writer().write(0, events.paths())
    before = events.bronze()
    again = events.writer()
    again.write(0, events.paths())
    assert again.written == []
    assert events.bronze() == before
    is_whole(events)


def test_a_run_that_died_at_the_commit_is_taken_up_from_its_checkpoint(events: StreamPipeline) -> None:
    class DiesAtTheLedger(MortalStore):
        def _change(self, verb: str, key: str) -> None:
            if "/batches/" in key:
                raise KilledError(key)

    events.drop_events(FILES)
    with pytest.raises(KilledError):
        events.stream(store=DiesAtTheLedger(events.root))
    assert events.stream()["generation"] == 1
    is_whole(events)
    assert events.stream()["status"] == "NOTHING_NEW"
