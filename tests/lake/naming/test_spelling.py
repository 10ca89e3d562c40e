"""Prefixes of keys are spelled in lake/naming and nowhere else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from conventions.sources import ROOT, modules

FOLDERS = (
    "bronze", "quarantine", "silver", "speed", "_staging", "_runs", "_checkpoints", "_serving", "spark-ui",
    "batches", "curated", "released", "held", "passed", "requeued", "compactions", "accounts", "generations",
)  # fmt: skip
PREFIX = re.compile(rf"(?:^|/)(?:{'|'.join(FOLDERS)})/")
ELSEWHERE = ("lake/naming/", "tests/", "domains/", "bench/", "conventions/")
NOT_KEYS = {
    # Below the folder of a client's files.
    "requeue/sending.py": {"requeued/"},
    # `<job>/<folder>` of a log group.
}


def spelled(source: str) -> Iterator[str]:
    """Yield the texts of a source, docstrings and sentences excepted, that spell a prefix."""
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in docstrings and " " not in text:
                if PREFIX.search(text):
                    yield text
            case ast.JoinedStr(values=[ast.FormattedValue(value=first), ast.Constant(value="/")]):
                if "domain" in ast.unparse(first):
                    yield ast.unparse(node)


def test_no_module_outside_of_naming_spells_a_prefix() -> None:
    sources = {path.relative_to(ROOT).as_posix(): path for path in modules()}
    checked = {name: path for name, path in sources.items() if not name.startswith(ELSEWHERE)}
    assert len(checked) > 200
    found = {name: set(spelled(path.read_text("utf-8"))) for name, path in checked.items()}
    assert {name: texts for name, texts in found.items() if texts - NOT_KEYS.get(name, set())} == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('x = f"bronze/{domain}/"', ["bronze/"]),
        ('x = f"{domain.name}/"', ["f'{domain.name}/'"]),
        ('def f():\n    """bronze/"""', []),
        ('x = "a sentence about bronze/ and others"', []),
        ('x = layer_root("bronze", domain)', []),
    ],
)
def test_spelled_prefixes_are_found(source: str, found: list[str]) -> None:
    assert list(spelled(source)) == found
