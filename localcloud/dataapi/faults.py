"""Faults that tests inject: failures of the network and of an overloaded service."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """The kind of a fault. `…_BEFORE`: the command is not applied. `…_AFTER`: the command is applied."""

    RATE_LIMIT = "429"
    UNAVAILABLE = "503"
    TIMEOUT_BEFORE = "no answer, not applied"
    TIMEOUT_AFTER = "no answer, applied"
    RESET_BEFORE = "connection reset, not applied"
    RESET_AFTER = "connection reset, applied"
    PARTIAL_INSERT = "every second document of an insertMany fails"
    SLOW = "the answer is delayed"
    DOWN_BEFORE = "the database is down from this request on, which is not applied"
    DOWN_AFTER = "the database is down from this request on, which is applied"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault of `kind` that is applied to `times` requests, after `after` requests without it.

    Only requests of `command` count, or all if it is None. `seconds` is the delay of SLOW, and the time
    after which a time-out drops the connection.
    """

    kind: Kind
    times: int = 1
    after: int = 0
    command: str | None = None
    seconds: float = 0.5


class FaultInjector:
    """Decides which requests an injected fault is applied to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._seen: list[int] = []
        self.injected = 0
        """Number of requests that a fault was applied to."""
        self.down = False
        """Whether a DOWN fault has made the database unreachable."""

    def add(self, faults: Iterable[Fault]) -> None:
        """Add faults to those that are active."""
        with self._lock:
            for fault in faults:
                self._faults.append(fault)
                self._seen.append(0)

    def clear(self) -> None:
        """Remove all faults, and make a database that is down reachable again."""
        with self._lock:
            self._faults, self._seen, self.down, self.injected = [], [], False, 0

    def fault_for(self, command: str) -> Fault | None:
        """Return the fault to apply to this request, None without one. Counts the request for every fault."""
        with self._lock:
            chosen: Fault | None = None
            for index, fault in enumerate(self._faults):
                wanted = "insertMany" if fault.kind is Kind.PARTIAL_INSERT else fault.command
                if wanted not in (None, command):
                    continue
                self._seen[index] += 1
                due = fault.after < self._seen[index] <= fault.after + fault.times
                if chosen is None and due:
                    chosen = fault
            self.injected += chosen is not None
            if chosen is not None and chosen.kind in (Kind.DOWN_BEFORE, Kind.DOWN_AFTER):
                self.down = True
            return chosen
