"""One job run: its output, its process state, and its script."""

from __future__ import annotations

import contextlib
import os
import runpy
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3

MAX_MESSAGE = 4096
"""Characters of an error message that a run keeps."""


@contextlib.contextmanager
def output_to(log: Path) -> Iterator[None]:
    """Append the process's stdout and stderr to the file `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    saved = os.dup(1), os.dup(2)
    with log.open("ab") as file:
        for descriptor in (1, 2):
            os.dup2(file.fileno(), descriptor)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor, original in zip((1, 2), saved, strict=True):
            os.dup2(original, descriptor)
            os.close(original)


@contextlib.contextmanager
def process_state(request: dict[str, Any], assets: Path) -> Iterator[None]:
    """Set the run's arguments, environment and import path; restore the previous state afterwards.

    Modules that were imported from `assets` are dropped, so that the next run imports its own.
    """
    argv, path, environment = sys.argv, list(sys.path), dict(os.environ)
    modules = set(sys.modules)
    sys.argv = [request["script"], *request["arguments"]]
    sys.path[:0] = request["libraries"]
    os.environ.update(request["environment"])
    boto3.DEFAULT_SESSION = None
    try:
        yield
    finally:
        sys.argv, sys.path[:] = argv, path
        os.environ.clear()
        os.environ.update(environment)
        boto3.DEFAULT_SESSION = None
        for name in set(sys.modules) - modules:
            if _comes_from(sys.modules[name], str(assets)):
                del sys.modules[name]


def _comes_from(module: Any, folder: str) -> bool:
    places = [getattr(module, "__file__", None), *getattr(module, "__path__", [])]
    return any(place and str(place).startswith(folder) for place in places)


def execute(script: str) -> str | None:
    """Run the script as `__main__`. Return its error as Glue shows it, or None."""
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as ending:
        if ending.code in (None, 0):
            return None
        traceback.print_exc()
        return f"SystemExit: {ending.code}"
    except BaseException as error:  # Any exception of the script is the outcome of the run.
        traceback.print_exc()
        return f"{type(error).__name__}: {error}"[:MAX_MESSAGE]
    return None
