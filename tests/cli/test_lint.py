"""`caudal lint`: every check is named with its findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from typer.testing import CliRunner

from cli import lint
from cli.main import app


def test_findings_are_listed_and_exit_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def checks() -> dict[str, Callable[[], Iterable[str]]]:
        return {"imports": list, "sizes": lambda: ["lake/long.py has 301 lines"]}

    monkeypatch.setattr(lint, "_checks", checks)
    result = CliRunner().invoke(app, ["lint"])
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "imports: clean",
        "sizes: lake/long.py has 301 lines",
        "sizes: 1 findings",
    ]


def test_clean_checks_exit_with_0(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "_checks", lambda: {"imports": list})
    assert CliRunner().invoke(app, ["lint"]).exit_code == 0


def test_imports_sizes_documentation_and_templates_are_checked() -> None:
    assert list(lint._checks()) == ["imports", "sizes", "documentation", "templates"]
