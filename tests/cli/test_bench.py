"""`caudal bench`: options are passed to the measurements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app


def test_options_are_passed_to_the_measurements(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls: list[dict[str, Any]] = []
    monkeypatch.setattr("bench.run.measure", lambda **options: calls.append(options))
    options = ["--scale", "0.1", "--no-months", "--events", "0", "--events", "5", "--work", str(tmp_path)]
    assert CliRunner().invoke(app, ["bench", *options]).exit_code == 0
    assert calls == [{"scale": 0.1, "months": False, "history": True, "events": [0, 5], "work": tmp_path}]
