"""The library of the jobs: its modules, its domains, and equal bytes for equal sources."""

from __future__ import annotations

import ast
import os
import re
import zipfile
from pathlib import Path

import pytest

from infra.jobs.assets import build_library
from infra.ops.lint import ROOT
from lake.model.discovery import domain_names
from tests.infra.third_domain import write_domain


def test_equal_sources_give_equal_bytes(tmp_path: Path) -> None:
    first = build_library(tmp_path / "first", root=ROOT).read_bytes()
    os.utime(ROOT / "lake" / "naming" / "layout.py")
    assert build_library(tmp_path / "second", root=ROOT).read_bytes() == first


def test_library_holds_the_packages_and_all_domains(tmp_path: Path) -> None:
    names = zipfile.ZipFile(build_library(tmp_path, root=ROOT)).namelist()
    assert names == sorted(names)
    assert {"lake/naming/layout.py", "glue_jobs/runtime/session.py"} <= set(names)
    assert {f"domains/{domain}/domain.py" for domain in domain_names()} <= set(names)
    assert not any("__pycache__" in name for name in names)


def test_library_holds_domains_of_other_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(write_domain(tmp_path, "elsewhere")))
    names = zipfile.ZipFile(build_library(tmp_path / "build", root=ROOT)).namelist()
    assert "domains/elsewhere/domain.py" in names
    assert "domains/elsewhere/queries/all_books.sql" in names


def test_library_holds_every_module_that_the_jobs_import(tmp_path: Path) -> None:
    bundle = zipfile.ZipFile(build_library(tmp_path, root=ROOT))
    # A folder is a package, whose source is empty unless it has an __init__.
    shipped = {
        module_of(name): b"" if name.endswith("/") else bundle.read(name)
        for name in bundle.namelist()
        if name.endswith(("/", ".py"))
    }
    own = {path.name for path in ROOT.iterdir() if path.is_dir() and any(path.glob("*.py"))} | {"domains"}
    # Jobs import declarations and transformations by name; the sources import all other modules.
    waiting = [
        module
        for module in shipped
        if module.startswith(("glue_jobs.", "lake."))
        or re.fullmatch(r"domains\.\w+\.(domain|(silver|gold)\.\w+)", module)
    ]
    seen: set[str] = set()
    while waiting:
        module = waiting.pop()
        if module in seen or module.split(".")[0] not in own:
            continue
        seen.add(module)
        assert module in shipped, f"{module} does not ship"
        waiting += imported(shipped[module].decode())
    assert "transforms.output" in seen


def module_of(name: str) -> str:
    """Return the module of an entry: `lake` for both `lake/` and `lake/__init__.py`."""
    return name.removesuffix("/").removesuffix("/__init__.py").removesuffix(".py").replace("/", ".")


def imported(source: str) -> list[str]:
    """Return the modules that a source imports, at the top or inside a function."""
    nodes = list(ast.walk(ast.parse(source)))
    whole = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return whole + [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
