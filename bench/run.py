"""Measure the whole product on this machine, and DuckDB in the same run (`caudal bench`)."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bench.batch import one_more_month, whole_history, write_history
from bench.dashboards import measure_dashboards
from bench.profile import profile
from bench.recording import record
from bench.relational import relational_copy
from bench.streams import backlog
from bench.visibility import measure_visibility
from lake.measures import HISTORY, MONTH, SAMPLE
from lake.model.discovery import load_domains
from lake.model.spec import Domain
from localcloud.daemon import PROJECT

BACKLOGS = (1_000_000, 10_000_000)
RELATIONAL_ROWS = 1_000_000


def _default_domain() -> Domain:
    """Return the first domain without streams, whose history consists of dropped files only."""
    return next(domain for domain in load_domains() if not domain.stream_tables)


def _stream_domain() -> Domain:
    return next(domain for domain in load_domains() if domain.stream_tables)


def profiles(*, sample: bool, scale: float, work: Path | None, records: Path | None = None) -> None:
    """Print the profile of the history of `scale`, or of the committed sample of every domain.

    The measures of the sample's jobs go to the file `records`, if given.
    """
    console = Console()
    folder = work or Path(tempfile.mkdtemp(prefix="caudal-bench-"))
    try:
        if sample:
            for domain in load_domains():
                console.rule(f"[bold]{domain.name}: profile of the sample", align="left")
                landing = PROJECT / "sample_data" / domain.name
                jobs = profile(domain, landing, folder, console, short_runs=True)
                if records:
                    record(records, SAMPLE, domain, jobs)
        else:
            domain = _default_domain()
            console.rule(f"[bold]{domain.name}: profile of the whole history", align="left")
            profile(domain, write_history(domain, folder, scale)[0], folder, console)
    finally:
        if work is None:
            shutil.rmtree(folder, ignore_errors=True)


def measure(
    *,
    scale: float,
    months: bool,
    history: bool,
    events: Sequence[int] | None,
    visibility: bool = False,
    dashboards: bool,
    relational: int = RELATIONAL_ROWS,
    work: Path | None,
    records: Path | None = None,
) -> None:
    """Run the chosen benchmarks and print their figures.

    `scale` 1 is the size of the real history. `events` are sizes of a stream's backlog, BACKLOGS by default,
    0 for none; `visibility` measures how soon readers see events of a continuous one. `relational` is the
    number of rows that MySQL gets, 0 for none. Data goes to `work`, or to a temporary folder that is removed.
    The measures of the jobs of history and month go to the file `records`, if given.
    """
    console = Console()
    domain = _default_domain()
    folder = work or Path(tempfile.mkdtemp(prefix="caudal-bench-"))
    try:
        if history:
            console.rule(f"[bold]{domain.name}: the whole history in one upload", align="left")
            jobs = whole_history(domain, folder, scale, console)
            if records:
                record(records, HISTORY, domain, jobs, scale=scale)
        if months:
            console.rule(f"[bold]{domain.name}: one more month", align="left")
            jobs = one_more_month(domain, folder, scale, console)
            if records:
                record(records, MONTH, domain, jobs, scale=scale)
        if dashboards:
            console.rule("[bold]dashboards in Chromium", align="left")
            measure_dashboards(folder, scale, console)
        if relational:
            console.rule(f"[bold]{domain.name}: {relational:,} rows into MySQL", align="left")
            relational_copy(domain, folder, relational, console)
        streaming = _stream_domain()
        for size in filter(None, BACKLOGS if events is None else events):
            console.rule(f"[bold]{streaming.name}: a backlog of {size:,} events", align="left")
            backlog(streaming, folder, size, console)
        if visibility:
            console.rule(f"[bold]{streaming.name}: a continuous stream", align="left")
            measure_visibility(streaming, folder, console)
    finally:
        if work is None:
            shutil.rmtree(folder, ignore_errors=True)
