"""Which package may import which, checked by import-linter on the import graph of the sources."""

from __future__ import annotations

import ast
import contextlib
import io
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from importlinter.cli import lint_imports

from conventions.sources import ROOT, packages

ALLOWED: Mapping[str, tuple[str, ...]] = {
    "lake": (),
    "transforms": ("lake",),
    "domains": ("lake", "transforms"),
    "infra": ("lake",),
    "localcloud": ("lake",),
    "serving": ("lake",),
    "uploader": ("lake",),
    "dashboard": ("lake", "serving", "uploader"),
    "lambdas": ("glue_jobs", "lake", "serving"),
    "glue_jobs": ("lake", "serving"),
    "requeue": ("glue_jobs", "lake", "uploader"),
    "demo": ("dashboard", "glue_jobs", "lake", "localcloud", "serving", "uploader"),
    "bench": ("dashboard", "glue_jobs", "lake", "localcloud", "serving", "uploader"),
    "conformance": ("glue_jobs", "lake", "localcloud", "uploader"),
    "acceptance": ("glue_jobs", "lake", "localcloud", "uploader"),
    "conventions": (),
    "cli": (
        "acceptance", "bench", "conventions", "dashboard", "demo", "glue_jobs", "infra", "lake",
        "localcloud", "requeue", "serving", "uploader",
    ),
}  # fmt: skip
"""Package → the packages that it may import.

No package imports a domain: declarations are loaded by name at run time (`lake.model.discovery`).
"""

STANDARD_LIBRARY_ONLY = ("lake",)
"""Packages that ship to Glue and Lambda and run at synth, where nothing else may be installed."""


def import_findings(root: Path = ROOT) -> Iterator[str]:
    """Yield the broken rules, each with the imports that break it."""
    roots = packages(root)
    with tempfile.TemporaryDirectory() as scratch:
        config = Path(scratch) / "importlinter.toml"
        config.write_text(_configuration(roots), encoding="utf-8")
        report = _lint(config, root)
    if report:
        yield from report
    yield from _third_party(root)


def _configuration(roots: Sequence[str]) -> str:
    """Return import-linter's configuration: one contract per package of ALLOWED, and no cycles."""
    lines = [
        "[tool.importlinter]",
        f"root_packages = {_listed(roots)}",
        "exclude_type_checking_imports = false",
    ]
    for package, allowed in ALLOWED.items():
        sources = [name for name in roots if _top(name) == package]
        forbidden = [name for name in roots if _top(name) not in (package, *allowed)]
        if sources and forbidden:
            what = " and ".join(allowed) or "no other package"
            lines += [
                "[[tool.importlinter.contracts]]",
                f'name = "{package} imports {what}"',
                'type = "forbidden"',
                f"source_modules = {_listed(sources)}",
                f"forbidden_modules = {_listed(forbidden)}",
                "allow_indirect_imports = true",
            ]
    lines += [
        "[[tool.importlinter.contracts]]",
        'name = "no cycles"',
        'type = "acyclic_siblings"',
        f"ancestors = {_listed(roots)}",
    ]
    return "\n".join(lines) + "\n"


def _listed(names: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def _top(name: str) -> str:
    return name.partition(".")[0]


def _lint(config: Path, root: Path) -> list[str]:
    """Run import-linter; return the lines of its report if a contract is broken."""
    output = io.StringIO()
    sys.path.insert(0, str(root))
    try:
        with contextlib.redirect_stdout(output):
            code = lint_imports(config_filename=str(config), no_cache=True, no_logo=True)
    finally:
        sys.path.remove(str(root))
    if not code:
        return []
    return [line for line in output.getvalue().splitlines() if line.strip()]


def _third_party(root: Path) -> Iterator[str]:
    """Yield imports of installed packages where only the standard library is allowed."""
    for package in STANDARD_LIBRARY_ONLY:
        for path in sorted((root / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for name in _imported(node):
                    if _top(name) not in {*sys.stdlib_module_names, package, "domains"}:
                        yield f"{path.relative_to(root)}:{getattr(node, 'lineno', 0)} imports {name}"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
