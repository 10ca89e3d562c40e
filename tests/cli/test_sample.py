"""`caudal sample`: generated landing files of a domain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app


def sample(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["sample", *map(str, arguments)])


@pytest.mark.parametrize(
    "options",
    [
        ("ecommerce", "--scale", "0.02", "--months", "4"),
        ("cloud_provider", "--events", "300", "--per-file", "50", "--organisations", "4"),
    ],
)
def test_files_and_manifest_are_written(tmp_path: Path, options: tuple[str, ...]) -> None:
    manifest, out = tmp_path / "manifest.json", tmp_path / "out"
    result = sample(*options, "--out", out, "--manifest", manifest)
    assert result.exit_code == 0, result.output
    assert " files, " in result.stdout
    written = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert set(json.loads(manifest.read_text())["files"]) == written


def test_options_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    result = sample("ecommerce", "--out", tmp_path, "--months", "3")
    assert result.exit_code == 2
    assert "4 months at least" in result.stderr


def test_domains_are_listed() -> None:
    assert "cloud_provider" in sample("--help").stdout
