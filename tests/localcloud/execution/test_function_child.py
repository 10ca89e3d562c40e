"""The parts of a function's program: the context, the handler, and errors in Lambda's form."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from localcloud.execution.function_child import LambdaContext, describe, load

FACTS = {
    "function_name": "publish",
    "function_arn": "arn:aws:lambda:us-east-1:123456789012:function:publish",
    "memory": "256",
    "request_id": "r1",
    "log_group": "/aws/lambda/publish",
}


def test_context_counts_down_to_the_time_out() -> None:
    context = LambdaContext({**FACTS, "timeout": 60.0})

    assert 59_000 < context.get_remaining_time_in_millis() <= 60_000
    assert (context.function_name, context.aws_request_id) == ("publish", "r1")


def test_no_time_remains_after_the_time_out() -> None:
    assert LambdaContext({**FACTS, "timeout": -1.0}).get_remaining_time_in_millis() == 0


def test_error_has_type_message_and_stack() -> None:
    try:
        raise ValueError("no such mart")
    except ValueError as error:
        found = describe(error)

    assert (found["errorType"], found["errorMessage"]) == ("ValueError", "no such mart")
    assert "test_function_child" in found["stackTrace"][0]


def test_handler_is_loaded_from_the_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "loaded_handler.py").write_text("def handler(event, context):\n    return event\n")

    assert load(str(tmp_path), "loaded_handler.handler")(1, None) == 1
