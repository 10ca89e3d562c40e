"""A continuous stream takes what comes while it runs, ends when it is asked to, and is gone on from."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest

from glue_jobs import stream_to_bronze
from glue_jobs.streaming import bronze, running, speed
from glue_jobs.streaming.args import Trigger
from glue_jobs.streaming.sinks import SpeedFiles
from lake import naming
from tests.glue_jobs.streaming.conftest import StreamPipeline
from tests.glue_jobs.streaming.lines import event, lines

PATIENCE = 300
"""Seconds after which a test gives up: long enough for a busy machine."""


@pytest.fixture
def awake(events: StreamPipeline, monkeypatch: pytest.MonkeyPatch) -> StreamPipeline:
    """A pipeline with the speed view in its runs, whose streams look for work and for the sign at once."""
    monkeypatch.setattr(stream_to_bronze, "start_speed", speed.start_speed)
    monkeypatch.setattr(running, "POLL_SECONDS", 0.05)
    for module in (bronze, speed):
        monkeypatch.setattr(module, "POLL_INTERVAL", "50 milliseconds")
    return events


def until(is_so: Callable[[], bool], run: Callable[[], bool]) -> None:
    """Wait; fail if the run ends before it is so."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert run(), "the stream has ended"
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def committed(events: StreamPipeline) -> int:
    """Rows of bronze so far."""
    return sum(file.rows_bronze for batch in events.view().batches for file in batch.files)


def cost(events: StreamPipeline, day: date) -> Decimal:
    totals = SpeedFiles(events.store, "processed", events.domain.name, events.table).read([day])
    return sum((row["cost_usd_increment"] for row in totals), Decimal(0))


def test_files_are_taken_while_it_runs_until_it_is_asked_to_end(awake: StreamPipeline) -> None:
    day, stop = date(2025, 7, 1), naming.stop_key(awake.domain.name, awake.table.name)
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(awake.stream, trigger=Trigger.CONTINUOUS)
        goes_on = lambda: not run.done()  # noqa: E731
        try:
            # It waits for its first file: Spark does not start on a folder that is not there.
            awake.drop_events({"1.jsonl": lines(event(1), "{")})
            until(lambda: cost(awake, day) == Decimal("2.25"), goes_on)
            awake.drop_events({"2.jsonl": lines(event(2)), "empty.jsonl": ""})
            until(lambda: cost(awake, day) == Decimal("4.5"), goes_on)
            until(lambda: committed(awake) == 2, goes_on)
        finally:
            awake.store.write("processed", stop, b"")
        summary = run.result(PATIENCE)
    assert (summary["trigger"], summary["rows_bronze"], summary["rows_quarantined"]) == ("continuous", 2, 1)
    assert awake.entries().keys() == {"1.jsonl", "2.jsonl", "empty.jsonl"}
    assert list(awake.store.list("processed", stop)) == []

    awake.drop_events({"3.jsonl": lines(event(3))})
    later = awake.stream()
    assert (later["generation"], later["files"], later["rows_bronze"]) == (1, 1, 1)
    assert [row[0] for row in awake.bronze("event_id")] == ["e1", "e2", "e3"]
    assert cost(awake, day) == Decimal("6.75")


def test_it_ends_though_no_file_ever_came(awake: StreamPipeline) -> None:
    awake.store.write("processed", naming.stop_key(awake.domain.name, awake.table.name), b"")
    assert awake.stream(trigger=Trigger.CONTINUOUS)["status"] == "NOTHING_NEW"
