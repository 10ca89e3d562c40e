"""Fixtures of the set-up's tests: programs that only record that they were called."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put apt-get, env and sudo on an otherwise empty path; their calls are lines of the returned file."""
    folder, called = tmp_path / "commands", tmp_path / "called"
    folder.mkdir()
    called.touch()
    for name in ("apt-get", "env", "sudo"):
        program = folder / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> {called}\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return called
