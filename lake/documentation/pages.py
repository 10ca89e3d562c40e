"""Generated pages: a marker for readers, the comparison with the committed files, and the writing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lake.errors import CaudalError

DOCS = Path(__file__).resolve().parents[2] / "docs"
"""The documentation of the project."""


def page(title: str, source: str, blocks: Iterable[str]) -> str:
    """Return a page in Markdown. `source` names the origin of its content in its notice."""
    notice = f"Generated from {source}; do not edit. `caudal docs` writes it, `caudal docs --check` compares."
    return "\n\n".join([f"# {title}", notice, *blocks]) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def mermaid(kind: str, lines: Iterable[str]) -> str:
    """Return a fenced Mermaid diagram."""
    body = "\n".join(f"    {line}" for line in lines)
    return f"```mermaid\n{kind}\n{body}\n```"


def drift(pages: Mapping[str, str], folder: Path) -> list[str]:
    """Return one sentence for each page in `folder` that is missing or differs; none if all are equal."""
    problems = []
    for name, text in pages.items():
        file = folder / name
        if not file.exists():
            problems.append(f"{name} is missing")
        elif file.read_text(encoding="utf-8") != text:
            problems.append(f"{name} differs from its source")
    return problems


def write(pages: Mapping[str, str], folder: Path) -> None:
    """Write each page below `folder`."""
    for name, text in pages.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def with_block(text: str, name: str, content: str) -> str:
    """Return the text with the block between the comments `begin <name>` and `end <name>` replaced.

    Raises CaudalError if the text has no such block.
    """
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise CaudalError(f"the block '{name}' is missing.", hint=f"Add the lines {begin} and {end}.")
    return f"{before}{begin}\n{content}\n{end}{after}"
