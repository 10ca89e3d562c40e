"""Exit codes of `caudal` and `upload_files.py`, and the one shape of their errors.

| code | meaning |
|---|---|
| 0 | Done. |
| 1 | Done in part: a step failed, or the result needs attention (a refused file, a failed execution). |
| 2 | Not done: wrong usage, or impossible; nothing was changed. |
| 3 | No local cloud runs in the home folder. |
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.text import Text
from typer.core import TyperGroup

from lake.errors import CaudalError

DONE, NEEDS_ATTENTION, NOT_DONE, NOT_RUNNING = 0, 1, 2, 3


def show(error: CaudalError) -> None:
    """Print an error to standard error: what is wrong, where, and what to do."""
    console = Console(stderr=True)
    parts = (("error", "bold red", error.what), ("where", "bold", error.where), ("to do", "bold", error.hint))
    for label, style, text in parts:
        if text:
            console.print(Text(f"{label}: ", style).append(text, "default"), highlight=False, soft_wrap=True)


@contextmanager
def failing_with(code: int) -> Iterator[None]:
    """Print a CaudalError of the block and exit with `code`; AWS's own errors are explained first."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except CaudalError as error:
        show(error)
        raise typer.Exit(code) from error
    except (BotoCoreError, ClientError) as error:
        from uploader.errors import explain

        show(explain(error, "AWS"))
        raise typer.Exit(code) from error


class Commands(TyperGroup):
    """A group whose commands print a CaudalError and exit with NOT_DONE."""

    def invoke(self, ctx: Any) -> Any:
        with failing_with(NOT_DONE):
            return super().invoke(ctx)
