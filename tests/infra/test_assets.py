from __future__ import annotations

import ast
import os
import zipfile
from pathlib import Path

import pytest

from infra.assets import build_library
from infra.lint import ROOT
from lake.discovery import domain_names
from tests.infra.toy import write_domain


def test_equal_sources_give_equal_bytes(tmp_path: Path) -> None:
    first = build_library(tmp_path / "first", root=ROOT).read_bytes()
    os.utime(ROOT / "lake" / "naming.py")
    assert build_library(tmp_path / "second", root=ROOT).read_bytes() == first


def test_the_library_holds_core_jobs_and_all_domains(tmp_path: Path) -> None:
    names = zipfile.ZipFile(build_library(tmp_path, root=ROOT)).namelist()
    assert names == sorted(names)
    assert {"lake/naming.py", "glue_jobs/runtime/session.py"} <= set(names)
    assert {f"domains/{domain}/domain.py" for domain in domain_names()} <= set(names)
    assert not any("__pycache__" in name for name in names)


def test_domains_are_found_inside_the_zip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(write_domain(tmp_path, "elsewhere")))
    names = zipfile.ZipFile(build_library(tmp_path / "build", root=ROOT)).namelist()
    assert "domains/elsewhere/domain.py" in names
    assert "domains/elsewhere/queries/all_books.sql" in names


def test_the_library_holds_every_package_that_it_imports(tmp_path: Path) -> None:
    bundle = zipfile.ZipFile(build_library(tmp_path, root=ROOT))
    sources = [bundle.read(name).decode() for name in bundle.namelist() if name.endswith(".py")]
    imported = {
        name.split(".")[0]
        for source in sources
        for node in ast.walk(ast.parse(source))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    own = {path.name for path in ROOT.iterdir() if path.is_dir() and any(path.glob("*.py"))} | {"domains"}
    assert imported & own <= {name.split("/")[0] for name in bundle.namelist()}
