"""A lane executes its runs one after another, with a fake worker in place of Spark."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.context import Context
from localcloud.errors import LocalCloudError
from localcloud.execution import lanes
from localcloud.execution.glue import GlueExecutor
from localcloud.execution.lanes import Lane, LaneRun
from localcloud.execution.spark_settings import S3A
from localcloud.execution.spark_worker import Outcome

LIMIT = 30


class FakeWorker:
    """Runs the callable in `request["script"]` until it returns or the worker is killed."""

    started: list[FakeWorker]

    def __init__(self, home: Path, lane: str, s3a: S3A | None = None, short_runs: bool = False) -> None:
        self.killed = threading.Event()
        self.pids = (len(FakeWorker.started) + 1,)
        FakeWorker.started.append(self)

    def is_alive(self) -> bool:
        return not self.killed.is_set()

    def await_ready(self) -> Outcome | None:
        return None

    def run(self, request: dict[str, Any], adopt: object, limit: float) -> Outcome:
        script: Callable[[FakeWorker], Outcome] = request["script"]
        return script(self)

    def kill(self) -> None:
        self.killed.set()

    def peak_memory(self) -> int:
        return 1 << 20


@pytest.fixture
def failures() -> list[object]:
    return []


@pytest.fixture
def lane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failures: list[object]) -> Iterator[Lane]:
    monkeypatch.setattr(lanes, "SparkWorker", FakeWorker)
    FakeWorker.started = []
    opened = Lane(tmp_path, "batch", lambda _where, error: failures.append(error))
    yield opened
    opened.close()


def wait_until_killed(worker: FakeWorker) -> Outcome:
    assert worker.killed.wait(LIMIT)
    return Outcome(error="WorkerDied")


class Run:
    """A run of a script, and the outcome that the lane reports."""

    def __init__(self, script: Callable[[FakeWorker], Outcome] = lambda _worker: Outcome()) -> None:
        self.outcome: Outcome | None = None
        self.is_started, self.is_ended = threading.Event(), threading.Event()
        self.lane_run = LaneRun(
            prepare=lambda: {"script": script},
            adopt=lambda _buckets: None,
            limit=LIMIT,
            started=self.is_started.set,
            ended=self.end,
        )

    def end(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.is_ended.set()


def wait_for(run: Run) -> Outcome | None:
    assert run.is_ended.wait(LIMIT)
    return run.outcome


def test_runs_share_one_worker(lane: Lane) -> None:
    runs = [Run(), Run()]
    for run in runs:
        lane.submit(run.lane_run)

    assert [wait_for(run) for run in runs] == [Outcome(), Outcome()]
    assert len(FakeWorker.started) == 1
    assert lane.peak_memory() == 1 << 20


def test_cancelled_queued_run_never_starts(lane: Lane) -> None:
    executing, queued = Run(wait_until_killed), Run()
    lane.submit(executing.lane_run)
    assert executing.is_started.wait(LIMIT)
    lane.submit(queued.lane_run)

    lane.cancel(queued.lane_run)

    assert wait_for(queued) == Outcome()
    assert not queued.is_started.is_set()
    assert not executing.is_ended.is_set()


def test_cancelled_executing_run_loses_its_worker(lane: Lane) -> None:
    run = Run(wait_until_killed)
    lane.submit(run.lane_run)
    assert run.is_started.wait(LIMIT)

    lane.cancel(run.lane_run)

    assert wait_for(run) == Outcome(error="WorkerDied")
    assert run.lane_run.stopped.is_set()


def test_killed_worker_is_replaced_for_the_next_run(lane: Lane) -> None:
    first, second = Run(wait_until_killed), Run()
    lane.submit(first.lane_run)
    assert first.is_started.wait(LIMIT)

    assert lane.kill()
    assert wait_for(first) == Outcome(error="WorkerDied")
    assert not lane.kill()
    lane.submit(second.lane_run)

    assert wait_for(second) == Outcome()
    assert len(FakeWorker.started) == 2


def test_run_that_cannot_be_prepared_fails(lane: Lane) -> None:
    def prepare() -> dict[str, Any]:
        raise ValueError("no script")

    run = Run()
    run.lane_run.prepare = prepare
    lane.submit(run.lane_run)

    assert wait_for(run) == Outcome(error="ValueError: no script")


def test_failure_of_the_callback_is_reported_and_the_lane_survives(
    lane: Lane, failures: list[object]
) -> None:
    def fail(_outcome: Outcome) -> None:
        raise ValueError("no such run")

    broken, healthy = Run(), Run()
    broken.lane_run.ended = fail
    lane.submit(broken.lane_run)
    lane.submit(healthy.lane_run)

    assert wait_for(healthy) == Outcome()
    assert [str(error) for error in failures] == ["no such run"]


def test_closed_lane_starts_no_worker(lane: Lane) -> None:
    lane.close()
    with pytest.raises(LocalCloudError, match="the lane is closed"):
        lane.warm_up()
    assert FakeWorker.started == []


def test_closed_lane_drops_its_queue(lane: Lane) -> None:
    executing, queued = Run(wait_until_killed), Run()
    lane.submit(executing.lane_run)
    assert executing.is_started.wait(LIMIT)
    lane.submit(queued.lane_run)

    lane.close()

    assert wait_for(executing) == Outcome(error="WorkerDied")
    assert not queued.is_started.is_set()
    assert len(FakeWorker.started) == 1


def test_run_that_is_being_prepared_while_its_lane_closes_starts_no_worker(lane: Lane) -> None:
    is_preparing, is_closed = threading.Event(), threading.Event()
    run = Run()
    prepare = run.lane_run.prepare

    def wait_for_the_end() -> dict[str, Any]:
        is_preparing.set()
        assert is_closed.wait(LIMIT)
        return prepare()

    run.lane_run.prepare = wait_for_the_end
    lane.submit(run.lane_run)
    assert is_preparing.wait(LIMIT)
    closing = threading.Thread(target=lane.close)
    closing.start()
    assert run.lane_run.stopped.wait(LIMIT)
    is_closed.set()
    closing.join(LIMIT)

    outcome = wait_for(run)
    assert outcome is not None
    assert "the lane is closed" in str(outcome.error)
    assert FakeWorker.started == []


def test_stopped_executor_makes_no_new_lane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "SparkWorker", FakeWorker)
    FakeWorker.started = []
    executor = GlueExecutor(Context(home=tmp_path))
    executor.warm_up()
    executor.stop()
    with pytest.raises(LocalCloudError, match="the lane is closed"):
        executor.warm_up()
    with pytest.raises(LocalCloudError, match="the local cloud has stopped"):
        executor.lane("streaming")
    assert len(FakeWorker.started) == 1
