"""Read tables while a job publishes them, and count the reads that see a mix of old and new files.

A read takes the files of a table, then those of its inputs. It is *mixed* if it sees something old and
something new, and *newer* if the table shows something new while an input still shows something old. Added
and removed files count: a file that is there no more is new, a file that is not there yet is old.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Condition, Event, Thread
from types import TracebackType

Files = Mapping[str, str]
"""Key of each file → what identifies its content."""

PATIENCE = 60
"""Seconds to wait for the reader before it counts as stuck."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """The reads of a publication. `window` is the time in seconds in which readers could see a mix."""

    reads: int
    mixed: int
    newer: int
    window: float


@dataclass(frozen=True, kw_only=True)
class _Read:
    table: str
    files: Mapping[str, Files]
    began: float
    ended: float


class Reader:
    """Reads every table of `inputs` (table → its inputs) in a thread, from entering the context to leaving.

    `files` returns the files of a table as a reader finds them. `pause` is the time in seconds between two
    rounds, so that the reader leaves processor time to the publication.
    """

    def __init__(
        self, files: Callable[[str], Files], inputs: Mapping[str, Sequence[str]], pause: float = 0.0
    ) -> None:
        self._pause = pause
        self._files = files
        self._inputs = inputs
        self._tables = sorted({*inputs, *(each for names in inputs.values() for each in names)})
        self._seen: dict[str, Files] = {}
        self._before: dict[str, Files] = {}
        self._after: dict[str, Files] = {}
        self._reads: list[_Read] = []
        self._rounds = 0
        self._round_ended = Condition()
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="reader", daemon=True)

    def __enter__(self) -> Reader:
        self._before = {table: self._look(table) for table in self._tables}
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join()
        self._after = {table: self._look(table) for table in self._tables}

    def wait(self, rounds: int = 1) -> None:
        """Wait until every table was read `rounds` times from now on. Raises TimeoutError."""
        with self._round_ended:
            # The round that is in progress may have begun before now.
            wanted = self._rounds + rounds + 1
            if not self._round_ended.wait_for(lambda: self._rounds >= wanted, PATIENCE):
                raise TimeoutError(f"the reader has not read all tables in {PATIENCE} s.")

    def counts(self) -> Counts:
        """Count the reads between the first one that saw something new and the last that saw something old.

        To be called after the context was left.
        """
        news = [read.ended for read in self._reads if any(map(self._shows_new, read.files.items()))]
        olds = [read.began for read in self._reads if any(map(self._shows_old, read.files.items()))]
        if not news or not olds or min(news) > max(olds):
            return Counts(reads=0, mixed=0, newer=0, window=0.0)
        first, last = min(news), max(olds)
        during = [read for read in self._reads if read.ended >= first and read.began <= last]
        return Counts(
            reads=len(during),
            mixed=sum(map(self._is_mixed, during)),
            newer=sum(map(self._is_newer, during)),
            window=last - first,
        )

    def _run(self) -> None:
        while not self._stopped.is_set():
            for table, inputs in self._inputs.items():
                began = time.monotonic()
                files = {name: self._look(name) for name in (table, *inputs)}
                self._reads.append(_Read(table=table, files=files, began=began, ended=time.monotonic()))
            with self._round_ended:
                self._rounds += 1
                self._round_ended.notify_all()
            self._stopped.wait(self._pause)

    def _look(self, table: str) -> Files:
        """Return the table's files; the same object as before if nothing changed, so that reads are small."""
        found = self._files(table)
        if found != self._seen.get(table):
            self._seen[table] = found
        return self._seen[table]

    def _is_mixed(self, read: _Read) -> bool:
        return any(map(self._shows_new, read.files.items())) and any(map(self._shows_old, read.files.items()))

    def _is_newer(self, read: _Read) -> bool:
        inputs = [(name, files) for name, files in read.files.items() if name != read.table]
        return self._shows_new((read.table, read.files[read.table])) and any(map(self._shows_old, inputs))

    def _shows_new(self, seen: tuple[str, Files]) -> bool:
        return self._shows(seen, self._after)

    def _shows_old(self, seen: tuple[str, Files]) -> bool:
        return self._shows(seen, self._before)

    def _shows(self, seen: tuple[str, Files], state: Mapping[str, Files]) -> bool:
        """Return whether the table shows a changed file as it is in `state`."""
        table, files = seen
        before, after = self._before[table], self._after[table]
        changed = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
        return any(files.get(key) == state[table].get(key) for key in changed)
