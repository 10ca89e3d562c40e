"""Consoles of parts that run at the same time, and whose output appears one after the other."""

from __future__ import annotations

import io
from threading import Lock
from typing import IO

from rich.console import Console


class Waiting(io.StringIO):
    """A text file that keeps what is written until its turn, and then passes it on."""

    def __init__(self, target: IO[str]) -> None:
        super().__init__()
        self._target = target
        self._lock = Lock()
        self._has_turn = False

    def write(self, text: str) -> int:
        """Write to the target, or keep the text before the turn."""
        with self._lock:
            return self._target.write(text) if self._has_turn else super().write(text)

    def flush(self) -> None:
        """Flush the target, which has nothing new before the turn."""
        if self._has_turn:
            self._target.flush()

    def take_turn(self) -> None:
        """Write to the target what was kept, and from now on everything at once."""
        with self._lock:
            self._target.write(self.getvalue())
            self._target.flush()
            self._has_turn = True


class Turn:
    """A console that prints what another one would, from its turn on. It shows nothing that moves."""

    def __init__(self, shown: Console) -> None:
        self._file = Waiting(shown.file)
        # Movement on a terminal is a matter of the console whose turn it is.
        color = shown.color_system if shown.is_terminal else None
        self.console = Console(
            file=self._file,
            width=shown.width,
            force_terminal=False,
            color_system=color,  # type: ignore[arg-type]  # the name that the other one has found
            legacy_windows=False,
        )

    def take(self) -> None:
        """Print what was printed so far, and from now on everything at once."""
        self._file.take_turn()
