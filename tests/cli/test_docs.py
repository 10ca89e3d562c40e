"""`caudal docs`: pages are written, and drift is reported with what to do."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from cli.main import app
from infra.ops import documentation


def test_drift_exits_with_1_and_names_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documentation, "drift", lambda: ["adr/README.md is missing"])
    result = CliRunner().invoke(app, ["docs", "--check"])
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "error: adr/README.md is missing",
        "where: docs",
        "to do: Run `caudal docs`.",
    ]


def test_pages_without_drift_exit_with_0(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documentation, "drift", list)
    assert CliRunner().invoke(app, ["docs", "--check"]).exit_code == 0


def test_pages_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(documentation, "write", lambda: written.append("all"))
    assert CliRunner().invoke(app, ["docs"]).exit_code == 0
    assert written == ["all"]
