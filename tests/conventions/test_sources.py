"""Sources are found by package and by module; hidden and generated folders are left out."""

from __future__ import annotations

from pathlib import Path

from conventions.sources import modules, packages


def write(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()


def test_packages_are_listed_with_the_portions_of_namespaces_and_without_tests(tmp_path: Path) -> None:
    write(tmp_path, "lake/__init__.py", "domains/shop/domain.py", "domains/bank/domain.py")
    write(tmp_path, "tests/__init__.py", "docs/page.md", "domains/empty/notes.md")
    assert packages(tmp_path) == ["domains.bank", "domains.shop", "lake"]


def test_modules_of_hidden_and_generated_folders_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "lake/names.py", "app.py", ".venv/a.py", "lake/__pycache__/b.py", "cdk.out/c.py")
    assert list(modules(tmp_path)) == [tmp_path / "app.py", tmp_path / "lake/names.py"]
