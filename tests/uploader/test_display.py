"""The summary and the progress of an upload, as text."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from uploader import Outcome, Status, UploadReport
from uploader.display import Bar, show


def outcome(path: str, status: Status = Status.UPLOADED, **values: object) -> Outcome:
    return Outcome(
        source=Path(path), path=path, table="orders", size=1_000, status=status,
        **values,  # type: ignore[arg-type]
    )  # fmt: skip


def shown(*outcomes: Outcome, dry_run: bool = False) -> str:
    output = io.StringIO()
    console = Console(file=output, width=200)
    show(
        UploadReport(domain="shop", bucket="raw", uploaded_at="", dry_run=dry_run, outcomes=outcomes), console
    )
    return output.getvalue()


def test_summary_has_a_row_per_table_and_one_for_all() -> None:
    text = shown(outcome("a.csv"), outcome("b.csv", Status.SKIPPED))
    assert "shop → s3://raw" in text
    rows = [line.split() for line in text.splitlines() if "2.0 kB" in line]
    assert [[cell for cell in row if cell != "│"] for row in rows] == [
        ["orders", "2", "2.0", "kB", "1", "1", "0"],
        ["all", "2", "2.0", "kB", "1", "1", "0"],
    ]


def test_dry_run_counts_planned_files() -> None:
    assert "planned" in shown(outcome("a.csv", Status.PLANNED), dry_run=True)


def test_files_that_need_attention_are_listed_with_the_reason() -> None:
    text = shown(
        outcome("empty.csv", problem="the file is empty"),
        outcome("denied.csv", Status.FAILED, detail="AccessDenied"),
        outcome("new.csv", drift=("column 'coupon' is not declared",)),
        outcome(".hidden", Status.IGNORED, detail="no data"),
    )
    assert "refused empty.csv: the file is empty (it is quarantined whole)" in text
    assert "refused denied.csv: AccessDenied" in text
    assert "drift new.csv: column 'coupon' is not declared" in text
    assert "ignored .hidden: no data" in text


def test_long_lists_are_cut() -> None:
    text = shown(*(outcome(f"{number}.csv", problem="the file is empty") for number in range(25)))
    assert text.count("the file is empty") == 20
    assert "refused and 5 more files" in text


def test_names_are_shown_literally() -> None:
    assert "refused [red]a.csv: [x]" in shown(outcome("[red]a.csv", Status.FAILED, detail="[x]"))


def test_log_counts_files_by_tenths() -> None:
    output = io.StringIO()
    console = Console(file=output, width=200)
    with Bar(console) as bar:
        bar.begin([(f"{number}.csv", 1) for number in range(20)])
        for number in range(20):
            bar.sent(1)
            bar.finished(outcome(f"{number}.csv"))
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert lines == [f"{done} of 20 files" for done in range(2, 21, 2)]
