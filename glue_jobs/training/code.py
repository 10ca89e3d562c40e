"""The version of a training's code: a hash of the modules that it consists of."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from typing import Protocol, cast

PACKAGES = ("domains", "transforms")
"""Packages whose modules decide what a training returns."""

_LENGTH = 12


class _Loader(Protocol):
    def get_source(self, fullname: str) -> str | None: ...


def code_version(module: str) -> str:
    """Return a hash over a module and all modules that it imports, directly or not, from PACKAGES.

    It is the same wherever the sources lie: in folders or in the zip of a job.
    """
    sources: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        spec = _spec(name)
        if name in sources or spec is None:
            continue
        sources[name] = _source(spec)
        waiting += _imports(sources[name])
    digest = hashlib.sha256()
    for name, source in sorted(sources.items()):
        digest.update(f"{name}\0{source}\0".encode())
    return digest.hexdigest()[:_LENGTH]


def _spec(name: str) -> ModuleSpec | None:
    """Return where a module is; None if the name is that of an object in a module."""
    try:
        return importlib.util.find_spec(name)
    except ModuleNotFoundError:
        return None


def _source(spec: ModuleSpec) -> str:
    # A folder without __init__.py has no loader that reads sources.
    if not hasattr(spec.loader, "get_source"):
        return ""
    return (cast(_Loader, spec.loader).get_source(spec.name) or "").replace("\r\n", "\n")


def _imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
        else:
            continue
        yield from (name for name in names if name.partition(".")[0] in PACKAGES)
