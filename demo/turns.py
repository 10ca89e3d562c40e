"""Parts that run at the same time, and whose output appears one after the other."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from threading import Lock, Thread
from typing import IO

from rich.console import Console


class Waiting(io.StringIO):
    """A text file that keeps what is written until its turn, and then passes it on."""

    def __init__(self, target: IO[str]) -> None:
        super().__init__()
        self._target = target
        self._lock = Lock()
        self._has_turn = False
        self._is_over = False

    def write(self, text: str) -> int:
        """Write to the target; keep the text before the turn, and drop it after the end."""
        with self._lock:
            if self._is_over:
                return len(text)
            return self._target.write(text) if self._has_turn else super().write(text)

    def flush(self) -> None:
        """Flush the target, which has nothing new before the turn."""
        if self._has_turn and not self._is_over:
            self._target.flush()

    def take_turn(self) -> None:
        """Write to the target what was kept, and from now on everything at once. Once is enough."""
        with self._lock:
            if not self._has_turn:
                self._target.write(self.getvalue())
                self._target.flush()
                self._has_turn = True

    def end(self) -> None:
        """Drop what is written from now on."""
        with self._lock:
            self._is_over = True


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

    def end(self) -> None:
        """Print nothing any more."""
        self._file.end()


Part = Callable[[], bool]
"""Does a part of the work; returns whether it succeeded."""


class _Beside:
    """A part that runs in a thread of its own, which does not keep the process from its end."""

    def __init__(self, part: Part, turn: Turn) -> None:
        self.turn = turn
        self.error: BaseException | None = None
        self.succeeded = False
        self._part = part
        self._thread = Thread(target=self._run, name="part", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.succeeded = self._part()
        except BaseException as error:  # The thread has no caller: `run_beside` raises it.
            self.error = error

    def wait(self) -> None:
        self._thread.join()


def run_beside(first: Part, others: Sequence[tuple[Part, Turn]]) -> bool:
    """Run parts at the same time, the first one in this thread; return whether all succeeded.

    The others' turns come in their order, each when the parts before it have ended. After an error of a part
    the others go on, and print all that they have to; then the first error is raised. After an interrupt
    they print what they have so far and no more, and nothing waits for them.
    """
    beside = [_Beside(part, turn) for part, turn in others]
    errors: list[BaseException] = []
    succeeded = True
    try:
        try:
            succeeded = first()
        except Exception as error:
            errors.append(error)
        for part in beside:
            part.turn.take()
            part.wait()
            if part.error is not None:
                errors.append(part.error)
    except BaseException:
        for part in beside:
            part.turn.take()
            part.turn.end()
        raise
    if errors:
        raise errors[0]
    return succeeded and all(part.succeeded for part in beside)
