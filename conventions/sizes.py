"""Limits on the lines of modules and functions, and on the modules of a folder."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from conventions.sources import ROOT, modules

MODULE_LINES = 300
FUNCTION_LINES = 60
FOLDER_MODULES = 15
"""`__init__.py` and `conftest.py` aside: the first holds no logic, the second is pytest's own."""


def size_findings(root: Path = ROOT) -> Iterator[str]:
    """Yield one line per module, function and folder above its limit."""
    folders: Counter[Path] = Counter()
    for path in modules(root):
        name = path.relative_to(root)
        text = path.read_text(encoding="utf-8")
        lines = len(text.splitlines())
        if lines > MODULE_LINES:
            yield f"{name} has {lines} lines, {MODULE_LINES} are the limit"
        yield from (f"{name}:{finding}" for finding in _long_functions(text))
        folders[name.parent] += path.name not in ("__init__.py", "conftest.py")
    for folder, number in sorted(folders.items()):
        if number > FOLDER_MODULES:
            yield f"{folder} has {number} modules, {FOLDER_MODULES} are the limit"


def _long_functions(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{node.lineno} {node.name} has {lines} lines, {FUNCTION_LINES} are the limit"
