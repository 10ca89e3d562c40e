"""Show an upload in a terminal or a log: its progress, then a summary."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from rich.console import Console
from rich.filesize import decimal as as_size
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from lake.printable import printable
from uploader.report import Outcome, Status, UploadReport
from uploader.tables import fitting

_LISTED = 20
"""Most files listed one by one under each label; a folder of bad files would bury the summary."""


class Bar:
    """A progress bar over bytes with a count of files; without a terminal, a line per tenth of the files."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._bytes: TaskID | None = None
        self._files = 0
        self._done = 0
        self._lock = Lock()

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begin(self, files: Sequence[tuple[str, int]]) -> None:
        """Start the bar with the size of all files, given as (path, bytes)."""
        self._files = len(files)
        self._bytes = self._progress.add_task("Uploading", total=sum(size for _, size in files))

    def sent(self, size: int) -> None:
        """Advance the bar by so many bytes."""
        if self._bytes is not None:
            self._progress.update(self._bytes, advance=size)

    def finished(self, outcome: Outcome) -> None:
        """Show the file's name beside the bar; in a log, count it."""
        if self._bytes is not None:
            self._progress.update(self._bytes, description=escape(printable(outcome.path[-40:])))
        with self._lock:
            self._done += 1
            tenth = self._done * 10 // self._files > (self._done - 1) * 10 // self._files
            if tenth and not self._console.is_terminal:
                self._console.print(f"{self._done} of {self._files} files")


def show(report: UploadReport, console: Console) -> None:
    """Print the summary: a row per table, then the refused, the drifting and the ignored files."""
    sent = Status.PLANNED if report.dry_run else Status.UPLOADED
    headings = ("table", "files", "size", sent.value, "skipped", "refused")
    rows = [(name, *_cells(outcomes, sent)) for name, outcomes in report.tables().items()]
    every = [one for many in report.tables().values() for one in many]
    console.print(f"{report.domain} → s3://{report.bucket}", highlight=False, soft_wrap=True)
    rows.append(("all", *_cells(every, sent)))
    console.print(fitting(headings, rows, console, numbers=range(1, len(headings))), highlight=False)
    if report.is_interrupted:
        console.print(
            f"[red]interrupted[/] {len(report.with_status(Status.UPLOADED))} files arrived, {report.waiting} "
            "were not reached. Run the same command again: it skips what arrived.",
            highlight=False,
            soft_wrap=True,
        )
    _list(console, "refused", report.refused, "red")
    drifting = [outcome for outcome in report.outcomes if outcome.drift]
    _list(console, "drift", drifting, "yellow")
    _list(console, "ignored", report.with_status(Status.IGNORED), "dim")


def _cells(outcomes: Sequence[Outcome], sent: Status) -> list[str]:
    def count(status: Status) -> str:
        return str(sum(outcome.status is status for outcome in outcomes))

    return [
        str(len(outcomes)),
        as_size(sum(outcome.size for outcome in outcomes)),
        count(sent),
        count(Status.SKIPPED),
        str(sum(not outcome.is_good for outcome in outcomes)),
    ]


def _list(console: Console, label: str, outcomes: Sequence[Outcome], style: str) -> None:
    for outcome in outcomes[:_LISTED]:
        console.print(
            f"[{style}]{label}[/] {escape(printable(outcome.path))}: {escape(printable(_reason(outcome)))}",
            highlight=False,
            soft_wrap=True,
        )
    if len(outcomes) > _LISTED:
        console.print(
            f"[{style}]{label}[/] and {len(outcomes) - _LISTED} more files", highlight=False, soft_wrap=True
        )


def _reason(outcome: Outcome) -> str:
    if outcome.status is Status.FAILED:
        return outcome.detail
    if outcome.problem:
        return f"{outcome.problem} (it is quarantined whole)"
    return "; ".join(outcome.drift) or outcome.detail
