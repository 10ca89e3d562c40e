"""The server's side of a function's process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.execution.function_worker import FunctionWorker

HANDLER = """
import os, time
def handler(event, context):
    if event == "sleep":
        time.sleep(60)
    if event == "exit":
        os._exit(3)
    if event == "fail":
        raise ValueError("no such mart")
    print("handled", event)
    return {"event": event, "variables": sorted(os.environ)}
"""
Start = Callable[..., FunctionWorker]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts a worker with some source of its handler."""
    workers = []

    def started(source: str = HANDLER, **environment: str) -> FunctionWorker:
        (tmp_path / "handler.py").write_text(source)
        log = tmp_path / "logs" / "function.log"
        workers.append(
            FunctionWorker(folder=tmp_path, handler="handler.handler", environment=environment, log=log)
        )
        return workers[-1]

    yield started
    for worker in workers:
        worker.kill()


def context(timeout: float = 60.0) -> dict[str, Any]:
    return {
        "function_name": "publish",
        "function_arn": "arn",
        "memory": "256",
        "request_id": "r1",
        "log_group": "/aws/lambda/publish",
        "timeout": timeout,
    }


def test_worker_answers_one_event_after_another(start: Start, tmp_path: Path) -> None:
    worker = start()

    answers = [worker.invoke(event, context()) for event in ("a", "b")]

    assert [(answer.value["event"], answer.is_error) for answer in answers] == [("a", False), ("b", False)]
    assert (tmp_path / "logs" / "function.log").read_text().startswith("handled a\n")


def test_worker_inherits_no_python_and_aws_settings(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/work-tree")
    monkeypatch.setenv("AWS_PROFILE", "personal")

    variables = start(GREETING="hello").invoke("a", context()).value["variables"]

    assert "GREETING" in variables
    assert not {"PYTHONPATH", "AWS_PROFILE"} & set(variables)


def test_exception_is_an_error_and_the_worker_survives(start: Start) -> None:
    worker = start()

    answer = worker.invoke("fail", context())

    assert answer.is_error
    assert (answer.value["errorType"], answer.value["errorMessage"]) == ("ValueError", "no such mart")
    assert worker.is_alive()


def test_time_out_kills_the_worker(start: Start) -> None:
    worker = start()
    assert not worker.invoke("a", context()).is_error

    answer = worker.invoke("sleep", context(timeout=0.05))

    assert answer.value["errorType"] == "Sandbox.Timedout"
    assert not worker.is_alive()


def test_exit_of_the_process_is_a_runtime_error(start: Start) -> None:
    answer = start().invoke("exit", context())

    assert answer.value["errorType"] == "Runtime.ExitError"
    assert "exit status 3" in answer.value["errorMessage"]


def test_failed_import_is_the_answer_to_the_first_event(start: Start) -> None:
    worker = start("import no_such_module\n")

    assert worker.invoke("a", context()).value["errorType"] == "Runtime.ImportModuleError"
    assert not worker.is_alive()
