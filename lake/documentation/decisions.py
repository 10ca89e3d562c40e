"""Index of the decision records, read from their titles and status lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lake.documentation import pages as generated
from lake.documentation.pages import DOCS, page, table

PAGE = "README.md"
FOLDER = DOCS / "adr"

_STATUS = re.compile(r"^Status: (?P<status>.+?) · Date: (?P<date>\d{4}-\d{2}-\d{2})\s*$", re.MULTILINE)


def pages(folder: Path = FOLDER) -> dict[str, str]:
    """Return the index by its path below `folder`. A record without a status line has empty cells."""
    rows = [_row(file) for file in sorted(folder.glob("*.md")) if file.name != PAGE]
    index = table(("decision", "status", "date"), rows)
    return {PAGE: page("Decisions", "the titles and status lines of the records", _blocks(index))}


def drift(folder: Path = FOLDER) -> list[str]:
    """Return one sentence if the index in `folder` is missing or differs from the records."""
    return generated.drift(pages(folder), folder)


def write(folder: Path = FOLDER) -> None:
    """Write the index to `folder`."""
    generated.write(pages(folder), folder)


def _blocks(index: str) -> Iterator[str]:
    yield "Each record states one decision, its reasons and its price."
    yield index


def _row(file: Path) -> tuple[str, str, str]:
    text = file.read_text(encoding="utf-8")
    title = next((line[2:].strip() for line in text.splitlines() if line.startswith("# ")), file.stem)
    status = _STATUS.search(text)
    return f"[{title}]({file.name})", status["status"] if status else "", status["date"] if status else ""
