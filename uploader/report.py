"""What became of each file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

from lake.naming import UNRECOGNISED


class Status(Enum):
    """What the upload did with a file."""

    UPLOADED = "uploaded"
    PLANNED = "planned"
    """A dry run: it would be uploaded."""
    SKIPPED = "skipped"
    """The same bytes are there already, or come with another file of this call."""
    IGNORED = "ignored"
    """No data: a file that the operating system or an editor left behind."""
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One file: `key` is where it lies in raw (or would), `problem` why the job will quarantine it whole.

    `detail` explains a status that is not UPLOADED.
    """

    source: Path
    path: str
    table: str | None
    size: int
    status: Status
    key: str = ""
    sha256: str = ""
    problem: str = ""
    drift: tuple[str, ...] = ()
    detail: str = ""

    @property
    def is_good(self) -> bool:
        """It is in raw (or would be), and the job will read it."""
        return self.status is Status.IGNORED or (self.status is not Status.FAILED and not self.problem)


@dataclass(frozen=True, kw_only=True)
class UploadReport:
    """All outcomes of one call, in the order of upload."""

    domain: str
    bucket: str
    uploaded_at: str
    dry_run: bool
    outcomes: tuple[Outcome, ...]

    def having(self, status: Status) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.status is status)

    @property
    def refused(self) -> tuple[Outcome, ...]:
        """Files that the job will quarantine whole, or that could not be sent."""
        return tuple(outcome for outcome in self.outcomes if not outcome.is_good)

    @property
    def is_complete(self) -> bool:
        """Everything that was given is in raw and will be read."""
        return not self.refused

    def tables(self) -> dict[str, tuple[Outcome, ...]]:
        """Outcomes by table, in the order of upload; files of no table last."""
        grouped: dict[str, list[Outcome]] = {}
        for outcome in self.outcomes:
            if outcome.status is not Status.IGNORED:
                grouped.setdefault(outcome.table or UNRECOGNISED, []).append(outcome)
        return {table: tuple(grouped[table]) for table in sorted(grouped, key=lambda t: t == UNRECOGNISED)}


class Progress(Protocol):
    """Is told how the upload goes, from several threads."""

    def begin(self, files: Sequence[tuple[str, int]]) -> None:
        """The files to be dealt with, as (path, bytes)."""

    def sent(self, size: int) -> None:
        """So many bytes more are done."""

    def finished(self, outcome: Outcome) -> None:
        """A file is done."""


class Silent:
    """Progress that nobody watches."""

    def begin(self, files: Sequence[tuple[str, int]]) -> None:
        """Nothing to show."""

    def sent(self, size: int) -> None:
        """Nothing to show."""

    def finished(self, outcome: Outcome) -> None:
        """Nothing to show."""
