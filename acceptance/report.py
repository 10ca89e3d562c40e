"""The report of an acceptance: shown as tables, kept as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from acceptance.measured import Usage
from acceptance.results import Comparison
from lake.errors import CaudalError


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was compared and measured, and the seconds of each step."""

    env: str
    account: str
    region: str
    at: str
    comparisons: tuple[Comparison, ...]
    usage: tuple[Usage, ...]
    seconds: Mapping[str, float]

    @property
    def differences(self) -> tuple[Comparison, ...]:
        return tuple(each for each in self.comparisons if each.difference)

    @property
    def dollars(self) -> float:
        """Dollars of all jobs and crawls together."""
        return sum(usage.dollars for usage in self.usage)

    def write(self, path: Path) -> None:
        """Write the report as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


ACCEPTANCE = "acceptance"
"""Folder of the reports and of the local runs, below a home folder."""


def report_file(home: Path, env: str) -> Path:
    """Return the file of the last report on an environment."""
    return home / ACCEPTANCE / f"{env}.json"


def read_usage(path: Path) -> dict[str, Usage]:
    """Return what the jobs and crawlers of a written report used, by name.

    Raises CaudalError if the file is no report.
    """
    try:
        entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["usage"]
        return {entry["name"]: Usage(**entry) for entry in entries}
    except (ValueError, KeyError, TypeError) as error:
        raise CaudalError(
            f"the file is no report of an acceptance ({error}).",
            where=str(path),
            hint="Run `caudal accept`, or name its report with --measured.",
        ) from error


def show(report: Report, console: Console) -> None:
    """Print what was compared, what differs, and what the jobs cost."""
    for kind in dict.fromkeys(each.kind for each in report.comparisons):
        console.print(_compared(kind, [each for each in report.comparisons if each.kind == kind]))
    console.print(_used(report))
    table = Table(title="Time per step", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("step")
    table.add_column("seconds", justify="right", no_wrap=True)
    for step, seconds in report.seconds.items():
        table.add_row(escape(step), f"{seconds:.1f}")
    console.print(table)


def _compared(kind: str, comparisons: list[Comparison]) -> Table:
    table = Table(title=f"{kind}, compared with the local run", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("name", overflow="fold")
    table.add_column("rows", justify="right", no_wrap=True)
    table.add_column("result", overflow="fold")
    for each in comparisons:
        result = f"[red]{escape(each.difference)}[/]" if each.difference else "[green]equal[/]"
        table.add_row(escape(each.name), f"{each.rows:,}", result)
    return table


def _used(report: Report) -> Table:
    table = Table(
        title="Jobs and crawls, by the service's own figures", title_justify="left", box=box.SIMPLE_HEAD,
        caption=f"${report.dollars:.4f} together, at list prices", caption_justify="left",
    )  # fmt: skip
    table.add_column("name", overflow="fold")
    for heading in ("runs", "seconds", "DPU hours", "dollars"):
        table.add_column(heading, justify="right", no_wrap=True)
    for usage in report.usage:
        cells = (f"{usage.runs}", f"{usage.seconds:.0f}", f"{usage.dpu_hours:.4f}", f"{usage.dollars:.4f}")
        table.add_row(usage.name, *cells)
    return table
