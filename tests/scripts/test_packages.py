"""Packages are installed by uv, which is installed first; each failure says what to do."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from scripts import packages
from scripts.steps import SetupError
from tests.scripts.checkouts import checkout


def test_missing_venv_is_asked_for_with_the_command(
    commands: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-python"))
    with pytest.raises(SetupError, match="sudo apt-get install -y python3-venv`"):
        packages.uv(tmp_path)
    assert commands.read_text() == ""


def syncs(root: Path, monkeypatch: pytest.MonkeyPatch, *outputs: str) -> list[tuple[bool, bool]]:
    """Install packages where the first runs of uv fail with `outputs`.

    Return for each run whether Spark is built without compression, and with the system's certificates.
    """
    ran: list[tuple[bool, bool]] = []
    left = iter(outputs)

    def run(command: list[str | Path], extra: Mapping[str, str] | None = None) -> str:
        if command[1:3] == ["pip", "sync"]:
            stored = command[-2:] == [
                "--config-settings-package",
                "pyspark:--build-option=--compression=stored",
            ]
            ran.append((stored, "UV_SYSTEM_CERTS" in (extra or {})))
            if output := next(left, ""):
                raise SetupError(f"`{' '.join(map(str, command))}` failed", output)
        return ""

    monkeypatch.setattr(packages, "run", run)
    with contextlib.suppress(SetupError):
        packages.install_packages(checkout(root), Path("uv"))
    return ran


@pytest.mark.parametrize("failures", [0, 1, 2, 3, 4])
@pytest.mark.parametrize(
    "output",
    [
        "× Failed to build `pyspark==4.1.1`\n[stderr]\nno luck",
        "error: option --compression not recognized",
        "error: unexpected argument '--config-settings-package' found",
    ],
)
def test_spark_is_built_without_compression_where_its_build_knows_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failures: int, output: str
) -> None:
    """Each time first with the system's certificates."""
    ran = syncs(tmp_path, monkeypatch, *[output] * failures)
    assert ran == [(True, True), (True, False), (False, True), (False, False)][: failures + 1]


def test_a_failure_that_is_not_of_the_build_of_spark_is_not_repeated_with_compression(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command, which names pyspark, is no part of the output."""
    ran = syncs(tmp_path, monkeypatch, *["no space left on device"] * 4)
    assert ran == [(True, True), (True, False)]


def test_packages_that_cannot_be_installed_end_the_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str | Path], extra: Mapping[str, str] | None = None) -> str:
        if command[1:3] == ["pip", "sync"]:
            raise SetupError("no such package")
        return ""

    monkeypatch.setattr(packages, "run", run)
    with pytest.raises(SetupError, match="no such package"):
        packages.install_packages(checkout(tmp_path), Path("uv"))
