"""The report of a publication, which the state machine, the log and the metrics read."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from lake.naming import ServingStatus

MAX_LISTED_FAILURES = 50
"""A report counts all failed documents and lists so many of them."""


@dataclass
class Report:
    """Counts of one publication over all its invocations. Safe to share between threads.

    `rows` are the mart's rows that were read; the other counts are documents, and requests. `failures`
    lists refused documents as `{"_id", "reason"}`. `continuation` is None once all documents are done.
    """

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
        """Add to the counts by name."""
        with self._lock:
            for name, number in Counter(counts).items():
                setattr(self, name, getattr(self, name) + number)

    def fail(self, identifier: str, reason: str) -> None:
        """Count a document that could not be published, and list it with the reason."""
        with self._lock:
            self.failed += 1
            if len(self.failures) < MAX_LISTED_FAILURES:
                self.failures.append({"_id": identifier, "reason": reason})

    def drop_failures(self, kept: int, listed: int) -> None:
        """Keep the first `kept` failures, `listed` of them listed.

        The later ones belong to a bucket that was not finished: the next invocation counts them again.
        """
        with self._lock:
            self.failed = kept
            del self.failures[listed:]

    @property
    def status(self) -> str:
        """The status of the publication.

        PUBLISHED: the store equals the mart. PARTIAL: it does, except for the failed documents. CONTINUE:
        the deadline ended the invocation, the next one has to be given `continuation`.
        """
        if self.continuation is not None:
            return ServingStatus.CONTINUE
        return ServingStatus.PARTIAL if self.failed else ServingStatus.PUBLISHED

    def counts(self) -> dict[str, int]:
        """Return the counts that add up over invocations, by name."""
        names = ("inserted", "replaced", "unchanged", "deleted", "failed", "requests")
        return {name: getattr(self, name) for name in names}

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON values: status, counts, listed failures and continuation."""
        return {
            "status": self.status,
            "collection": self.collection,
            "period": self.period,
            "rows": self.rows,
            **self.counts(),
            "failures": self.failures,
            "continuation": self.continuation,
        }
