"""Fixtures of the demo's tests: names, and a console whose output can be read."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from lake.naming import Names


class Output(Console):
    """A console of fixed width that keeps its output."""

    def __init__(self) -> None:
        super().__init__(file=io.StringIO(), width=160)

    @property
    def lines(self) -> list[str]:
        """The printed lines with single spaces, without rules and empty lines."""
        text: str = self.file.getvalue()  # type: ignore[attr-defined]
        words = (" ".join(line.split()) for line in text.splitlines())
        return [line for line in words if line.strip("─ ")]

    @property
    def text(self) -> str:
        """The printed words with single spaces, for tables whose titles are wrapped."""
        return " ".join(line for line in self.lines if "─" not in line)


@pytest.fixture
def console() -> Output:
    return Output()


@pytest.fixture
def names() -> Names:
    return Names(env="dev", account="123456789012", region="us-east-1")
