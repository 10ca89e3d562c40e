"""`caudal demo`: wrong options are refused before anything starts, and a failed run exits with 1."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from demo.run import Demo
from lake.errors import CaudalError


def demo(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["demo", *map(str, arguments)], env={"COLUMNS": "200"})


def test_missing_landing_folder_is_refused(tmp_path: Path) -> None:
    result = demo("--landing", tmp_path / "none", "--home", tmp_path / "home")
    assert result.exit_code == 2
    assert "error: there is no folder" in result.stderr
    assert not (tmp_path / "home").exists()


def test_unknown_environment_is_refused(tmp_path: Path) -> None:
    result = demo("--env", "staging", "--home", tmp_path / "home")
    assert result.exit_code == 2
    assert not (tmp_path / "home").exists()


def test_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = demo("--home", tmp_path / "file")
    assert result.exit_code == 2
    assert f"where: {tmp_path / 'file'}" in result.stderr


@pytest.mark.parametrize(("succeeded", "code"), [(True, 0), (False, 1)])
def test_exit_code_is_that_of_the_executions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, succeeded: bool, code: int
) -> None:
    landings: list[Path] = []

    def run(_: Demo, landing: Path) -> bool:
        landings.append(landing)
        return succeeded

    monkeypatch.setattr(Demo, "run", run)
    assert demo("--landing", tmp_path, "--home", tmp_path / "home").exit_code == code
    assert landings == [tmp_path]


def test_step_that_fails_exits_with_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Demo, landing: Path) -> bool:
        raise CaudalError("the pipeline did not start.", where=str(landing))

    monkeypatch.setattr(Demo, "run", fail)
    result = demo("--landing", tmp_path, "--home", tmp_path / "home")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: the pipeline did not start.")
