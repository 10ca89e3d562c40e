"""The outcome of each file, the report of an upload, and the progress while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

from lake.naming import UNRECOGNISED


class Status(Enum):
    """The result of the upload for one file."""

    UPLOADED = "uploaded"
    PLANNED = "planned"
    """A dry run would have uploaded the file."""
    SKIPPED = "skipped"
    """Raw holds the same bytes already, or another file of this call has them."""
    IGNORED = "ignored"
    """No data: a file of the operating system or an editor."""
    FAILED = "failed"
    """The file could not be read or sent."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The outcome of one file.

    - `key`: the file's key in raw; in a dry run, the key that it would get.
    - `problem`: why the ingest job will quarantine the whole file; empty if it will not.
    - `drift`: differences between the file's header and the table's declaration.
    - `detail`: explains a status other than UPLOADED.
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
        """Whether the file is in raw (or would be) and the job will read it. Ignored files are good."""
        return self.status is Status.IGNORED or (self.status is not Status.FAILED and not self.problem)


@dataclass(frozen=True, kw_only=True)
class UploadReport:
    """All outcomes of one call, in the order of upload."""

    domain: str
    bucket: str
    uploaded_at: str
    dry_run: bool
    outcomes: tuple[Outcome, ...]
    waiting: int = 0
    """Number of files that were not reached before an interrupt."""
    is_interrupted: bool = False

    def with_status(self, status: Status) -> tuple[Outcome, ...]:
        """Return the outcomes with this status."""
        return tuple(outcome for outcome in self.outcomes if outcome.status is status)

    @property
    def refused(self) -> tuple[Outcome, ...]:
        """The files that the job will quarantine whole, or that could not be sent."""
        return tuple(outcome for outcome in self.outcomes if not outcome.is_good)

    @property
    def is_complete(self) -> bool:
        """Whether no file was refused: the job will read all of them."""
        return not self.refused and not self.is_interrupted

    def tables(self) -> dict[str, tuple[Outcome, ...]]:
        """Return the outcomes by table, in the order of upload; files that match no table last."""
        grouped: dict[str, list[Outcome]] = {}
        for outcome in self.outcomes:
            if outcome.status is not Status.IGNORED:
                grouped.setdefault(outcome.table or UNRECOGNISED, []).append(outcome)
        return {table: tuple(grouped[table]) for table in sorted(grouped, key=lambda t: t == UNRECOGNISED)}


class Progress(Protocol):
    """Receives the progress of an upload, from several threads."""

    def begin(self, files: Sequence[tuple[str, int]]) -> None:
        """Receive the files of the upload, as (path, bytes)."""

    def sent(self, size: int) -> None:
        """Receive the number of bytes that were sent or skipped since the last call."""

    def finished(self, outcome: Outcome) -> None:
        """Receive the outcome of a file."""


class NoProgress:
    """A Progress that shows nothing."""

    def begin(self, files: Sequence[tuple[str, int]]) -> None:
        """Do nothing."""

    def sent(self, size: int) -> None:
        """Do nothing."""

    def finished(self, outcome: Outcome) -> None:
        """Do nothing."""
