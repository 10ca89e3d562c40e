"""Steps of the set-up: what they print, the commands that they run, and how they fail."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

Commands = list[list[str | Path]]


class SetupError(Exception):
    """The set-up cannot go on until the user changes something on the machine.

    `output` is all that a failed command has printed.
    """

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = output


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print the step's title, then a line with its seconds: two steps may run at the same time."""
    print(f"set-up: {title} …", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print(f"set-up: {title}: failed", flush=True)
        raise
    print(f"set-up: {title}: {time.monotonic() - began:.0f} s", flush=True)


def run(command: Sequence[str | Path], extra: Mapping[str, str] | None = None) -> str:
    """Return the output of a command. Raises SetupError with its last lines if the command fails."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            env={**os.environ, **(extra or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    except OSError as error:
        raise SetupError(f"{command[0]} cannot be run: {error}") from error
    if done.returncode != 0:
        tail = "\n".join(done.stdout.strip().splitlines()[-8:])
        raise SetupError(f"`{' '.join(str(part) for part in command)}` failed:\n{tail}", done.stdout)
    return done.stdout


def first_that_works(attempts: Iterable[Commands]) -> None:
    """Run command sequences in turn until one succeeds. Raises SetupError with every failure if none does."""
    failures: list[str] = []
    for commands in attempts:
        try:
            for command in commands:
                run(command)
        except SetupError as error:
            failures.append(str(error))
        else:
            return
    if failures:
        raise SetupError("\n".join(failures))
