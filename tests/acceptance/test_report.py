"""The report: written, read back, and shown in 80 columns."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from acceptance.measured import Usage
from acceptance.report import Report, read_usage, show
from acceptance.results import Comparison
from lake.errors import CaudalError

USAGE = Usage(name="caudal-dev-shop-raw-to-processed", runs=2, seconds=90.0, dpu_hours=0.05, dollars=0.0154)
REPORT = Report(
    env="dev",
    account="123456789012",
    region="us-east-1",
    at="2025-08-01T00:00:00+00:00",
    comparisons=(
        Comparison(kind="Gold tables", name="sales", rows=1200),
        Comparison(kind="Questions", name="top", rows=10, difference="1 row(s) missing, e.g. ([red]a[/], 1)"),
    ),
    usage=(USAGE,),
    seconds={"check the stacks": 0.7},
)


def shown(width: int = 80) -> str:
    output = io.StringIO()
    show(REPORT, Console(file=output, width=width))
    return output.getvalue()


def test_usage_of_a_written_report_is_read_back(tmp_path: Path) -> None:
    file = tmp_path / "new" / "dev.json"
    REPORT.write(file)
    assert read_usage(file) == {USAGE.name: USAGE}


@pytest.mark.parametrize("content", ["", "[]", '{"usage": [{"name": "x"}]}'])
def test_file_that_is_no_report_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "dev.json"
    file.write_text(content)
    with pytest.raises(CaudalError, match="no report of an acceptance") as raised:
        read_usage(file)
    assert raised.value.where == str(file)


def test_differences_are_those_with_a_text() -> None:
    assert [each.name for each in REPORT.differences] == ["top"]


def test_report_fits_80_columns_and_cuts_no_number() -> None:
    text = shown()
    assert all(len(line) <= 80 for line in text.splitlines())
    for part in ("1,200", "equal", "0.0500", "0.0154", "$0.0154 together", "0.7"):
        assert part in text


def test_data_is_no_markup() -> None:
    assert "([red]a[/], 1)" in shown(width=120)
