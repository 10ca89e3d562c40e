"""Programs of the virtual environment precede others on the path."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from infra.foundation.node import prefer_own_node

PROGRAMS = str(Path(sys.prefix) / "bin")


def test_programs_of_the_virtual_environment_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    prefer_own_node()
    assert os.environ["PATH"].split(os.pathsep) == [PROGRAMS, "/usr/bin"]


def test_second_call_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    prefer_own_node()
    path = os.environ["PATH"]
    prefer_own_node()
    assert os.environ["PATH"] == path
