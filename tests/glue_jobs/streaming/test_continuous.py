"""A continuous run processes arriving files until it is stopped; a later run resumes after it."""

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

TIMEOUT_SECONDS = 300
"""Long enough for a busy machine."""


@pytest.fixture
def polling(events: StreamPipeline, monkeypatch: pytest.MonkeyPatch) -> StreamPipeline:
    """A pipeline whose runs keep the speed view and poll at short intervals."""
    monkeypatch.setattr(stream_to_bronze, "start_speed", speed.start_speed)
    monkeypatch.setattr(running, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(bronze, "POLL_INTERVAL", "50 milliseconds")
    monkeypatch.setattr(speed, "FOLLOW_INTERVAL", "50 milliseconds")
    return events


def wait_until(condition: Callable[[], bool], is_running: Callable[[], bool]) -> None:
    """Wait until the condition is true; fail if the run ends before."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert is_running(), "the stream has ended"
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.05)


def committed(events: StreamPipeline) -> int:
    """Return the number of committed bronze rows."""
    return sum(file.rows_bronze for batch in events.view().batches for file in batch.files)


def cost(events: StreamPipeline, day: date) -> Decimal:
    totals = SpeedFiles(events.store, "processed", events.domain.name, events.table).read([day])
    return sum((row["cost_usd_increment"] for row in totals), Decimal(0))


def test_arriving_files_are_processed_until_the_run_is_stopped(polling: StreamPipeline) -> None:
    day, stop = date(2025, 7, 1), naming.stop_key(polling.domain.name, polling.table.name)
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(polling.stream, trigger=Trigger.CONTINUOUS)
        is_running = lambda: not run.done()  # noqa: E731
        try:
            # The run waits for its first file: Spark fails to start on a folder that does not exist.
            polling.drop_events({"1.jsonl": lines(event(1), "{")})
            wait_until(lambda: cost(polling, day) == Decimal("2.25"), is_running)
            polling.drop_events({"2.jsonl": lines(event(2)), "empty.jsonl": ""})
            wait_until(lambda: cost(polling, day) == Decimal("4.5"), is_running)
            wait_until(lambda: committed(polling) == 2, is_running)
        finally:
            polling.store.write("processed", stop, b"")
        summary = run.result(TIMEOUT_SECONDS)
    assert (summary["trigger"], summary["rows_bronze"], summary["rows_quarantined"]) == ("continuous", 2, 1)
    assert polling.entries().keys() == {"1.jsonl", "2.jsonl", "empty.jsonl"}
    assert list(polling.store.list("processed", stop)) == []

    polling.drop_events({"3.jsonl": lines(event(3))})
    later = polling.stream()
    assert (later["generation"], later["files"], later["rows_bronze"]) == (1, 1, 1)
    assert [row[0] for row in polling.bronze("event_id")] == ["e1", "e2", "e3"]
    assert cost(polling, day) == Decimal("6.75")


def test_run_without_files_can_be_stopped(polling: StreamPipeline) -> None:
    polling.store.write("processed", naming.stop_key(polling.domain.name, polling.table.name), b"")
    assert polling.stream(trigger=Trigger.CONTINUOUS)["status"] == "NOTHING_NEW"
