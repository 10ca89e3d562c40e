"""A page with files and commands, read for execution.

A fenced block with `title=<path>` is a file, one with `title=expected` the output of the command before it,
and a block `sh` holds commands, one a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

EXPECTED = "expected"

_FENCE = re.compile(r"^```(?P<language>\w+)(?: title=(?P<title>\S+))?\n(?P<body>.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class File:
    """A file to write, by its path below the project."""

    path: str
    text: str


@dataclass(frozen=True)
class Command:
    """One line of a shell."""

    line: str


@dataclass(frozen=True)
class Expected:
    """The whole output of the command before it."""

    text: str


Step = File | Command | Expected


def steps(page: Path) -> Iterator[Step]:
    """Return files, commands and expected outputs of a page, in order."""
    for block in _FENCE.finditer(page.read_text(encoding="utf-8")):
        title, body = block["title"], block["body"]
        if title == EXPECTED:
            yield Expected(body)
        elif title:
            yield File(title, body)
        elif block["language"] == "sh":
            yield from (Command(line) for line in body.splitlines() if line.strip())
