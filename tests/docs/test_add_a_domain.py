"""The tutorial is executed: its files are written, its commands run, its outputs compared."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lake.documentation.pages import DOCS
from localcloud import daemon
from localcloud.execution.spark_settings import QUICK_COMPILER
from localcloud.lock import is_held
from tests.docs.tutorial import Command, Expected, File, steps

PROJECT = DOCS.parent
ENVIRONMENT = 'eval "$(caudal env)"'
TIMEOUT_SECONDS = 300


class Shell:
    """Runs the tutorial's commands in a folder that stands for the project."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.home = folder / ".local"
        self._variables = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(folder), str(PROJECT)]),
            "PYTHONWARNINGS": "ignore",
            # The tutorial's few rows end before Java's optimising compiler pays off.
            "JDK_JAVA_OPTIONS": " ".join(QUICK_COMPILER),
        }

    def run(self, line: str) -> str:
        """Return what a command line prints; the test fails if the command does."""
        if line == ENVIRONMENT:
            self._export(self.run_caudal(["env"]))
            return ""
        program, *arguments = shlex.split(line)
        if program == "caudal":
            return self.run_caudal(arguments)
        assert program == "python", f"the tutorial calls {program}"
        return self._run([sys.executable, *arguments])

    def run_caudal(self, arguments: list[str]) -> str:
        """Return what `caudal` prints with these arguments."""
        program = "from cli.main import main; main()"
        return self._run([sys.executable, "-c", program, *arguments])

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(
            command,
            cwd=self._folder,
            env=self._variables,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def _export(self, script: str) -> None:
        for line in script.splitlines():
            words = shlex.split(line)
            if words[0] == "unset":
                for name in words[1:]:
                    self._variables.pop(name, None)
            else:
                name, _, value = words[1].partition("=")
                self._variables[name] = value
        self._variables["CAUDAL_HOME"] = str(self.home)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A shell whose local cloud does not outlive the test."""
    made = Shell(tmp_path)
    yield made
    status = daemon.read_status(made.home)
    if status is not None:
        os.kill(status.pid, signal.SIGTERM)


def test_tutorial_works_as_written(shell: Shell, tmp_path: Path) -> None:
    output = ""
    outputs: dict[str, str] = {}
    for step in steps(DOCS / "add-a-domain.md"):
        match step:
            case File(path, text):
                target = tmp_path / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text)
            case Command(line):
                output = shell.run(line)
                outputs[line] = output
            case Expected(text):
                assert output == text

    assert "days.range" in outputs["caudal quarantine list --domain library"]
    assert not is_held(shell.home)
