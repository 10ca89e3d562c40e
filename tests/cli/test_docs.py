"""`caudal docs`: generated pages are written, and drift is reported."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from lake.documentation import dictionary


def test_drift_is_reported_until_the_pages_are_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(dictionary, "FOLDER", tmp_path)
    checked = CliRunner().invoke(app, ["docs", "--check"])
    assert checked.exit_code == 1
    assert "ecommerce.md is missing" in checked.stderr
    assert "to do: Run `caudal docs`." in checked.stderr
    assert list(tmp_path.iterdir()) == []
    assert CliRunner().invoke(app, ["docs"]).exit_code == 0
    assert (tmp_path / "ecommerce.md").is_file()
