"""Exit codes of `caudal` and `upload_files.py`, and the one shape of their errors.

| code | meaning |
|---|---|
| 0 | Done. |
| 1 | Done in part: a step failed, or the result needs attention (a rejected file, a failed execution). |
| 2 | Not done: wrong usage, or impossible; nothing was changed. |
| 3 | `status` and `env` only: no local cloud runs in the home folder. |
"""

from __future__ import annotations

import errno
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import typer
from rich.console import Console
from rich.text import Text
from typer.core import TyperGroup

from lake.errors import CaudalError
from lake.printable import printable

DONE, NEEDS_ATTENTION, NOT_DONE, NOT_RUNNING = 0, 1, 2, 3

ENDING = (signal.SIGTERM, signal.SIGHUP)

FULL = (errno.ENOSPC, errno.EDQUOT)

_USAGE_ERROR: Any = typer.BadParameter.__base__
"""Typer's error for wrong usage, which it exports only through its subclass."""


def show(error: CaudalError) -> None:
    """Print an error to standard error: what is wrong, where, and what to do."""
    console = Console(stderr=True)
    parts = (("error", "bold red", error.what), ("where", "bold", error.where), ("to do", "bold", error.hint))
    for label, style, text in parts:
        if text:
            line = Text(f"{label}: ", style).append(printable(text), "default")
            console.print(line, highlight=False, soft_wrap=True)


@contextmanager
def failing_with(code: int) -> Iterator[None]:
    """Print an error of the block and exit with `code`.

    Errors of AWS and of files are explained in the same shape as a CaudalError.
    """
    try:
        yield
    except Exception as error:
        explained = _explained(error)
        if explained is None:
            raise
        show(explained)
        raise typer.Exit(code) from error


@contextmanager
def ending_as_by_ctrl_c() -> Iterator[None]:
    """Within the block a closed terminal and a `kill` raise KeyboardInterrupt.

    So what the command started (workers, the database server) is stopped.
    """
    before = {number: signal.signal(number, _interrupt) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _explained(error: Exception) -> CaudalError | None:
    """Return the error in the shape of a CaudalError, None for one that is not expected here."""
    if isinstance(error, CaudalError):
        return error
    if isinstance(error, OverflowError):
        return CaudalError(
            f"a number or a date is out of range: {error}.", where="command line", hint="Choose a nearer one."
        )
    if isinstance(error, OSError) and error.errno in FULL:
        return CaudalError(
            "the disk is full.",
            where=str(error.filename or "a file of this command"),
            hint="Free space on that disk, then run the same command again.",
        )
    if isinstance(error, OSError):
        return _unusable(error) if error.filename is not None else None
    # Only after an error: commands that do not call AWS start without its library.
    from botocore.exceptions import BotoCoreError, ClientError

    from uploader.errors import explain

    return explain(error, "AWS") if isinstance(error, BotoCoreError | ClientError) else None


def _unusable(error: OSError) -> CaudalError:
    reason = (error.strerror or type(error).__name__).lower()
    return CaudalError(
        f"the file or folder cannot be used: {reason}.",
        where=str(error.filename),
        hint="Choose another path, or change its permissions.",
    )


class Commands(TyperGroup):
    """A group whose commands print their errors, wrong usage included, and exit with NOT_DONE."""

    def invoke(self, ctx: Any) -> Any:
        with failing_with(NOT_DONE):
            try:
                return super().invoke(ctx)
            except _USAGE_ERROR as error:
                if not error.message:
                    raise  # A group without a command shows its help.
                path = error.ctx.command_path if error.ctx else ctx.command_path
                raise CaudalError(error.format_message(), where=path, hint=f"See `{path} --help`.") from error
