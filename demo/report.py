"""Print the quarantine, the row counts and the time of each step."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lake import naming
from lake.model.spec import Domain
from lake.naming import FileStatus, Names
from localcloud.client import FollowedExecution, run_query
from uploader.tables import fitting

EXAMPLE_CHARACTERS = 60
SHOWN_FILES = 8


class LedgerReader:
    """The committed batches and row counts of a domain, read from its ledger in S3."""

    def __init__(self, s3: Any, bucket: str, domain: str) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._domain = domain

    def files(self) -> list[dict[str, Any]]:
        """Return the file entries of all batches."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=naming.ledger_prefix(self._domain)
        )
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return [entry for key in keys for entry in self._json(key)["files"]]

    def account(self, table: str) -> Counter[str]:
        """Return the table's bronze, current, superseded and duplicate rows over all months."""
        try:
            months = self._json(naming.account_key(self._domain, table))
        except self._s3.exceptions.NoSuchKey:
            # A table without rows has no account.
            return Counter()
        total: Counter[str] = Counter()
        for account in months.values():
            total.update(account)
        return total

    def _json(self, key: str) -> Any:
        return json.loads(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read())


def show_quarantine(athena: Any, s3: Any, domain: Domain, names: Names, console: Console) -> None:
    """Print quarantined records by table and check, rejected and skipped files, and schema drift."""
    files = LedgerReader(s3, names.ledger_bucket, domain.name).files()
    affected = sorted(
        {f["table"] for f in files if f["rows_quarantined"] and f["status"] == FileStatus.INGESTED}
    )
    table = Table(title="Quarantined records by failed check", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("table", overflow="fold")
    table.add_column("failed checks", overflow="fold", min_width=24)
    table.add_column("records", justify="right", no_wrap=True)
    table.add_column("example", overflow="ellipsis", no_wrap=True, max_width=EXAMPLE_CHARACTERS)
    for name in affected:
        sql = (
            "SELECT array_join(failed_checks, ', ') AS reason, count(*) AS records, "
            f'min(raw_record) AS example FROM "{name}" GROUP BY 1 ORDER BY 1'
        )
        database = names.database(domain.name, "quarantine")
        for reason, records, example in run_query(
            athena, sql, database=database, workgroup=names.steward_workgroup
        ).rows:
            if reason and not reason.startswith("file."):
                table.add_row(name, escape(reason), records, escape((example or "").replace("\n", "⏎")))
    console.print(table)
    for entry in [f for f in files if f["status"] == FileStatus.REJECTED][:SHOWN_FILES]:
        console.print(
            f"[red]rejected file[/] {escape(_path(entry))}: {escape(entry['reason'])}", highlight=False
        )
    for entry in [f for f in files if f["status"] == FileStatus.DUPLICATE][:SHOWN_FILES]:
        console.print(
            f"[dim]skipped file[/] {escape(_path(entry))}: {escape(entry['reason'])}", highlight=False
        )
    for entry in files:
        drift = [f"column '{c}' is missing" for c in entry["missing_columns"]]
        drift += [f"column '{c}' is not declared" for c in entry["undeclared_columns"]]
        if drift and entry["status"] == FileStatus.INGESTED:
            console.print(
                f"[yellow]schema drift[/] {escape(_path(entry))}: {escape(', '.join(drift))}", highlight=False
            )


def _path(entry: Mapping[str, Any]) -> str:
    return str(entry["key"]).split("/", 3)[-1]


def show_accounting(s3: Any, domain: Domain, names: Names, console: Console) -> None:
    """Print row counts by table: read = bronze + quarantined, bronze = silver + superseded + duplicates."""
    reader = LedgerReader(s3, names.ledger_bucket, domain.name)
    by_table: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in reader.files():
        counts = by_table[entry["table"] or "(no table)"]
        counts["files"] += 1
        for name in ("rows_read", "rows_bronze", "rows_quarantined"):
            counts[name] += entry[name]
    headings = ("table", "files", "rows read", "= bronze", "+ quarantined", "bronze", "= silver",
                "+ superseded", "+ duplicates")  # fmt: skip
    rows = []
    for name in sorted(by_table):
        counts, account = by_table[name], reader.account(name)
        cells = [counts[key] for key in ("files", "rows_read", "rows_bronze", "rows_quarantined")]
        cells += [account[key] for key in ("bronze", "current", "superseded", "duplicate")]
        rows.append((name, *(f"{cell:,}" for cell in cells)))
    console.print("Row counts over all batches", style="italic")
    numbers = range(1, len(headings))
    console.print(fitting(headings, rows, console, numbers=numbers, frame=box.SIMPLE_HEAD), highlight=False)


def show_times(steps: Mapping[str, float], executions: Iterable[FollowedExecution], console: Console) -> None:
    """Print seconds per step of the demo and per state of each execution."""
    table = Table(title="Time per step", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("step", overflow="fold")
    table.add_column("seconds", justify="right", no_wrap=True)
    for name, seconds in steps.items():
        table.add_row(name, f"{seconds:.1f}")
    for execution in executions:
        table.add_section()
        spent: Counter[str] = Counter()
        for state in execution.states:
            spent[state.name] += state.seconds or 0.0  # type: ignore[assignment]
        for name, seconds in spent.items():
            if seconds >= 0.1:
                table.add_row(f"{execution.name[:8]} {name}", f"{seconds:.1f}")
    console.print(table)
