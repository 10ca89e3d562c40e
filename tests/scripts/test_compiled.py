"""Modules are compiled by importing them, also where Python is told to keep nothing."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from scripts import compiled, setup
from scripts.steps import SetupError, run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with two modules of its own and the module that selects node."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / "infra" / "foundation").mkdir(parents=True)
    (tmp_path / "infra" / "foundation" / "node.py").write_text("def prefer_own_node():\n    pass\n")
    for name in ("templates", "pipeline"):
        (tmp_path / f"{name}.py").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("with_pipeline", "names"), [(False, ["templates"]), (True, ["pipeline", "templates"])]
)
def test_what_is_imported_is_kept(
    root: Path, monkeypatch: pytest.MonkeyPatch, with_pipeline: bool, names: list[str]
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    monkeypatch.setattr(compiled, "TEMPLATES", ("templates",))
    monkeypatch.setattr(compiled, "PIPELINE", ("pipeline",))
    compiled.compile_modules(root, run, with_pipeline=with_pipeline)
    assert sorted(file.name.partition(".")[0] for file in (root / "__pycache__").iterdir()) == names


def test_a_module_that_cannot_be_imported_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "TEMPLATES", ("no_such_module",))
    with pytest.raises(SetupError, match="no_such_module"):
        compiled.compile_modules(root, run, with_pipeline=False)


def test_modules_of_the_product_are_there() -> None:
    ran: list[str] = []

    def run(command: Sequence[str | Path], variables: Mapping[str, str]) -> str:
        ran.extend(map(str, command[4:]))
        return ""

    compiled.compile_modules(setup.ROOT, run, with_pipeline=True)
    own = [name for name in ran if (setup.ROOT / name.partition(".")[0]).is_dir()]
    assert len(own) >= 6
    assert all((setup.ROOT / f"{name.replace('.', '/')}.py").is_file() for name in own)
