"""The packages and modules that the conventions are checked on."""

from __future__ import annotations

from pathlib import Path

from conventions.sources import modules, packages


def test_namespace_packages_are_listed_by_portion(tmp_path: Path) -> None:
    for module in ("lake/__init__.py", "domains/shop/domain.py", "lambdas/publish/handler.py", "docs/x.md"):
        (tmp_path / module).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / module).touch()
    (tmp_path / "domains" / "empty").mkdir()
    assert packages(tmp_path) == ["domains.shop", "lake", "lambdas.publish"]


def test_tests_are_no_package(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "__init__.py").touch()
    assert packages(tmp_path) == []


def test_hidden_and_generated_folders_are_left_out(tmp_path: Path) -> None:
    for module in (".venv/a.py", "cdk.out/b.py", "lake/c.py"):
        (tmp_path / module).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / module).touch()
    assert [path.name for path in modules(tmp_path)] == ["c.py"]
