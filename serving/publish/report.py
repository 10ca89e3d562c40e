"""What a publication did, as the state machine, the log and the metrics see it."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

PUBLISHED = "PUBLISHED"
PARTIAL = "PARTIAL"
CONTINUE = "CONTINUE"
NAMED = 50
"""How many failed documents a report names; it counts all."""


@dataclass
class Report:
    """Counts of one publication over all its invocations. Safe to share between threads."""

    collection: str
    period: int
    rows: int = 0
    inserted: int = 0
    replaced: int = 0
    unchanged: int = 0
    deleted: int = 0
    failed: int = 0
    requests: int = 0
    failures: list[dict[str, str]] = field(default_factory=list)
    continuation: dict[str, Any] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, **counts: int) -> None:
        with self._lock:
            for name, number in Counter(counts).items():
                setattr(self, name, getattr(self, name) + number)

    def fail(self, identifier: str, reason: str) -> None:
        """A document that could not be published, named with the reason."""
        with self._lock:
            self.failed += 1
            if len(self.failures) < NAMED:
                self.failures.append({"_id": identifier, "reason": reason})

    def forget_failures(self, kept: int, named: int) -> None:
        """Back to `kept` failures, `named` of them named: what was not finished fails again, or not."""
        with self._lock:
            self.failed = kept
            del self.failures[named:]

    @property
    def status(self) -> str:
        """CONTINUE: call again with `continuation`. PARTIAL: all but the failed documents are there."""
        if self.continuation is not None:
            return CONTINUE
        return PARTIAL if self.failed else PUBLISHED

    def counts(self) -> dict[str, int]:
        names = ("inserted", "replaced", "unchanged", "deleted", "failed", "requests")
        return {name: getattr(self, name) for name in names}

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the status, the counts, the named failures and where to go on."""
        return {
            "status": self.status,
            "collection": self.collection,
            "period": self.period,
            "rows": self.rows,
            **self.counts(),
            "failures": self.failures,
            "continuation": self.continuation,
        }
