"""Faults that tests switch on: what a network and a busy service do to their clients."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What goes wrong. `…_BEFORE`: the command was not applied. `…_AFTER`: it was."""

    RATE_LIMIT = "429"
    UNAVAILABLE = "503"
    TIMEOUT_BEFORE = "no answer, not applied"
    TIMEOUT_AFTER = "no answer, applied"
    RESET_BEFORE = "connection reset, not applied"
    RESET_AFTER = "connection reset, applied"
    PARTIAL_INSERT = "every second document of an insertMany fails"
    SLOW = "the answer takes a while"
    DOWN_BEFORE = "the database is gone from this request on, which is not applied"
    DOWN_AFTER = "the database is gone from this request on, which is applied"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`kind` strikes `times` requests, after leaving `after` of them alone.

    Counted are the requests of `command`, or all. `seconds` is how long SLOW takes, and how long a
    time-out keeps the connection before it is dropped.
    """

    kind: Kind
    times: int = 1
    after: int = 0
    command: str | None = None
    seconds: float = 0.5


class Switches:
    """The faults that are on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._seen: list[int] = []
        self.struck = 0
        """How many requests a fault has hit."""
        self.down = False

    def add(self, faults: Iterable[Fault]) -> None:
        with self._lock:
            for fault in faults:
                self._faults.append(fault)
                self._seen.append(0)

    def clear(self) -> None:
        """No faults any more; a database that is gone is back."""
        with self._lock:
            self._faults, self._seen, self.down, self.struck = [], [], False, 0

    def strike(self, command: str) -> Fault | None:
        """The fault that hits this request. Counts the request for every fault."""
        with self._lock:
            hit: Fault | None = None
            for index, fault in enumerate(self._faults):
                meant = "insertMany" if fault.kind is Kind.PARTIAL_INSERT else fault.command
                if meant not in (None, command):
                    continue
                self._seen[index] += 1
                due = fault.after < self._seen[index] <= fault.after + fault.times
                if hit is None and due:
                    hit = fault
            self.struck += hit is not None
            if hit is not None and hit.kind in (Kind.DOWN_BEFORE, Kind.DOWN_AFTER):
                self.down = True
            return hit
