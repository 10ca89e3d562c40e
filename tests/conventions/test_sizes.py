"""Modules, functions and folders above their limits are found."""

from __future__ import annotations

from pathlib import Path

from conventions.sizes import size_findings


def test_this_repository_keeps_its_sizes() -> None:
    assert list(size_findings()) == []


def test_long_module_is_found(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text("x = 1\n" * 301)
    (tmp_path / "fits.py").write_text("x = 1\n" * 300)
    assert list(size_findings(tmp_path)) == ["long.py has 301 lines, 300 are the limit"]


def test_long_function_is_found(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("\ndef long():\n" + "    x = 1\n" * 60)
    assert list(size_findings(tmp_path)) == ["module.py:2 long has 61 lines, 60 are the limit"]


def test_crowded_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    for name in ("__init__", "conftest", *(f"m{number}" for number in range(16))):
        (tmp_path / "pack" / f"{name}.py").touch()
    assert list(size_findings(tmp_path)) == ["pack has 16 modules, 15 are the limit"]


def test_hidden_and_generated_folders_are_left_out(tmp_path: Path) -> None:
    for folder in (".venv", "cdk.out"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "long.py").write_text("x = 1\n" * 301)
    assert list(size_findings(tmp_path)) == []
