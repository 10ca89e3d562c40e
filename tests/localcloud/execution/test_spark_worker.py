"""The server's side of a worker process, with a small program in place of the Spark child."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.execution import spark_worker
from localcloud.execution.spark_worker import Outcome, SparkWorker

PROGRAM = """
import json, os, socket, subprocess, sys, time
connection = socket.socket(fileno=int(sys.argv[1]))
lines = connection.makefile("r")
def send(**event): connection.sendall(json.dumps(event).encode() + b"\\n")
lines.readline()
{start}
helper = subprocess.Popen(["sleep", "600"])
send(event="ready", jvm=helper.pid)
for line in lines:
    request = json.loads(line)
    {run}
"""
DONE = 'send(event="done", error=request["error"], alive=True)'
ADOPT = 'send(event="adopt", buckets=["b"]); request = json.loads(lines.readline()); ' + DONE
Start = Callable[..., SparkWorker]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Return a function that starts a worker; its program executes the code `run` for each request."""
    workers = []

    def started(run: str = DONE, start: str = "") -> SparkWorker:
        program = tmp_path / "program.py"
        program.write_text(PROGRAM.format(run=run, start=start))
        monkeypatch.setattr(spark_worker, "PROGRAM", program)
        workers.append(SparkWorker(tmp_path, "test"))
        return workers[-1]

    yield started
    for worker in workers:
        worker.kill()


def denied(buckets: list[str] | None) -> str | None:
    return f"denied: {buckets}"


def execute(worker: SparkWorker, limit: float = 60, **request: Any) -> Outcome:
    assert worker.await_ready() is None
    return worker.run(request, denied, limit)


def test_outcome_is_the_one_that_the_program_reports(start: Start) -> None:
    worker = start()

    assert execute(worker, error=None) == Outcome()
    assert execute(worker, error="ValueError: no") == Outcome(error="ValueError: no")


def test_program_can_request_adoption(start: Start) -> None:
    assert execute(start(ADOPT)) == Outcome(error="denied: ['b']")


def test_run_beyond_its_limit_is_killed(start: Start) -> None:
    worker = start("time.sleep(600)")

    assert execute(worker, limit=0.05) == Outcome(timed_out=True)
    assert not worker.is_alive()


def test_death_during_a_run_is_its_outcome(start: Start) -> None:
    worker = start("time.sleep(600)")
    assert worker.await_ready() is None
    threading.Timer(0.05, os.kill, (worker.pids[0], signal.SIGKILL)).start()

    error = worker.run({}, denied, 60).error

    assert error is not None
    assert "was killed by SIGKILL during the run" in error


def test_death_at_the_start_is_reported(start: Start) -> None:
    outcome = start(start="sys.exit(3)").await_ready()

    assert outcome is not None
    assert "ended with code 3 at its start" in str(outcome.error)


def test_kill_ends_child_processes_too(start: Start) -> None:
    worker = start()
    assert worker.await_ready() is None
    _python, helper = worker.pids

    worker.kill()

    state = Path(f"/proc/{helper}/stat")
    assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"


def test_worker_inherits_no_python_and_aws_settings(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/work-tree")
    monkeypatch.setenv("AWS_PROFILE", "personal")
    worker = start('send(event="done", error=" ".join(sorted(os.environ)), alive=True)')

    names = str(execute(worker).error).split()

    assert "JAVA_HOME" in names
    assert not {"PYTHONPATH", "AWS_PROFILE"} & set(names)


def test_peak_memory_never_decreases(start: Start) -> None:
    worker = start('held = b"x" * 50_000_000; del held; ' + DONE)
    assert worker.await_ready() is None
    before = worker.peak_memory()

    execute(worker, error=None)

    assert worker.peak_memory() >= before + 40_000_000
