"""`caudal lint`: findings by check, and the exit code."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from typer.testing import CliRunner

from cli import lint
from cli.main import app


@pytest.mark.parametrize(
    ("findings", "code", "lines"),
    [
        ([], 0, ["imports: clean", "sizes: clean"]),
        (["a.py is long"], 1, ["imports: clean", "sizes: a.py is long", "sizes: 1 findings"]),
    ],
)
def test_findings_are_printed_by_check_and_exit_with_1(
    monkeypatch: pytest.MonkeyPatch, findings: Iterable[str], code: int, lines: list[str]
) -> None:
    monkeypatch.setattr(lint, "_checks", lambda: {"imports": list, "sizes": lambda: findings})
    result = CliRunner().invoke(app, ["lint"])
    assert (result.exit_code, result.output.splitlines()) == (code, lines)
