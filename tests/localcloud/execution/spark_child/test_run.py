"""A run has its own arguments, environment, modules and output."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from localcloud.execution.spark_child.run import MAX_MESSAGE, execute, output_to, process_state


def script(folder: Path, source: str) -> str:
    file = folder / "script.py"
    file.write_text(source)
    return str(file)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("", None),
        ("assert __name__ == '__main__'", None),
        ("import sys; sys.exit()", None),
        ("import sys; sys.exit(0)", None),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("raise ValueError('no such month')", "ValueError: no such month"),
    ],
)
def test_outcome_is_the_error_of_the_script(tmp_path: Path, source: str, error: str | None) -> None:
    assert execute(script(tmp_path, source)) == error


def test_long_error_is_cut(tmp_path: Path) -> None:
    error = execute(script(tmp_path, "raise ValueError('x' * 10_000)"))

    assert error is not None
    assert len(error) == MAX_MESSAGE


def test_process_state_is_set_for_the_run_and_restored(tmp_path: Path) -> None:
    (tmp_path / "rates_of_the_run.py").write_text("RATE = 1\n")
    request: dict[str, Any] = {
        "script": "script.py",
        "arguments": ["--JOB_NAME", "j"],
        "libraries": [str(tmp_path)],
        "environment": {"AWS_REGION_OF_THE_RUN": "us-east-1"},
    }
    before = sys.argv, list(sys.path), dict(os.environ)

    with process_state(request, tmp_path):
        __import__("rates_of_the_run")
        assert sys.argv == ["script.py", "--JOB_NAME", "j"]
        assert sys.path[0] == str(tmp_path)
        assert os.environ["AWS_REGION_OF_THE_RUN"] == "us-east-1"

    assert (sys.argv, sys.path, dict(os.environ)) == before
    assert "rates_of_the_run" not in sys.modules


def test_output_goes_to_the_log_of_the_run(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "run.log"

    with output_to(log):
        os.write(1, b"out\n")
        os.write(2, b"err\n")

    assert log.read_text() == "out\nerr\n"
