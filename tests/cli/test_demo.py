"""`caudal demo`: the exit code says whether everything succeeded."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from demo.run import Demo


@pytest.mark.parametrize(("succeeded", "code"), [(True, 0), (False, 1)])
def test_demo_with_a_failed_step_exits_with_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, succeeded: bool, code: int
) -> None:
    landings: list[Path] = []

    def run(_: Demo, landing: Path) -> bool:
        landings.append(landing)
        return succeeded

    monkeypatch.setattr(Demo, "run", run)
    result = CliRunner().invoke(app, ["demo", "--landing", str(tmp_path / "in"), "--home", str(tmp_path)])
    assert (result.exit_code, landings) == (code, [tmp_path / "in"])
