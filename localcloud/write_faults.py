"""Faults of conditional writes that tests ask for: an undecided race, and an answer that is lost."""

from __future__ import annotations

import threading
from collections import deque
from enum import Enum

Answer = tuple[int, dict[str, str], str]
"""Status, headers and body of a response."""


class Fault(Enum):
    """What happens to a conditional write: the status and code of the answer, and the message."""

    CONFLICT = (409, "ConditionalRequestConflict", "A conflicting conditional operation is in progress.")
    """Another writer's request is under way: nothing is written, and the client has to try again."""
    LOST_ANSWER = (500, "InternalError", "We encountered an internal error. Please try again.")
    """The object is written, but the client does not learn of it."""

    @property
    def answer(self) -> Answer:
        """The response with which S3 reports the fault."""
        status, code, message = self.value
        body = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
        return status, {"Content-Type": "application/xml"}, body


class WriteFaults:
    """The faults that the next conditional writes meet, by bucket and key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: dict[tuple[str, str], deque[Fault]] = {}

    def add(self, bucket: str, key: str, *faults: Fault) -> None:
        """Let the next conditional writes of a key meet these faults, one each."""
        with self._lock:
            self._planned.setdefault((bucket, key), deque()).extend(faults)

    def take(self, bucket: str, key: str) -> Fault | None:
        """Return the fault of the write that begins now, None if it meets none."""
        with self._lock:
            planned = self._planned.get((bucket, key))
            return planned.popleft() if planned else None
