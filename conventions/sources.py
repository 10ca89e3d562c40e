"""The Python sources of the repository."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

_GENERATED = {"cdk.out", "node_modules", "__pycache__"}


def packages(root: Path = ROOT) -> list[str]:
    """Return the importable top-level packages, sorted; for a namespace package its portions.

    `domains` and `lambdas` have no `__init__.py`, because their portions may lie in several folders of
    the path: they are listed as `domains.<name>` and `lambdas.<name>`.
    """
    found: list[str] = []
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        if (folder / "__init__.py").exists():
            found.append(folder.name)
        elif folder.name in NAMESPACES:
            portions = sorted(path.name for path in folder.iterdir() if any(path.glob("*.py")))
            found += [f"{folder.name}.{portion}" for portion in portions]
    return [name for name in found if name != "tests"]


NAMESPACES = ("domains", "lambdas")


def modules(root: Path = ROOT) -> Iterator[Path]:
    """Yield every Python file, sorted; hidden folders and generated ones aside."""
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).parts
        if not any(part.startswith(".") or part in _GENERATED for part in parts):
            yield path
